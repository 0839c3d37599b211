import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { http2StreamOf } from './http2.ts';

/**
 * Reads the first `most` bytes of a request's body and puts them back, so that whoever reads the
 * request next gets all of it. Ends at the limit, at the end of the body, or after `waitMs` without it.
 */
export function peekBody(request: IncomingMessage, most: number, waitMs = 10_000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      clearTimeout(timer);
      request.off('readable', read);
      request.off('end', finish);
      request.off('error', fail);
      request.off('close', finish);
      const whole = Buffer.concat(chunks);
      // `unshift` after the end would throw: a stream that has ended empty has nothing to put back.
      if (whole.length > 0 && !request.destroyed) request.unshift(whole);
      resolve(whole.subarray(0, most));
    };
    const fail = (error: Error): void => {
      clearTimeout(timer);
      request.off('readable', read);
      reject(error);
    };
    const read = (): void => {
      // Asking for what is buffered and no more keeps the stream from ending before it is put back.
      while (request.readableLength > 0 && size < most) {
        const chunk = request.read(request.readableLength) as Buffer | null;
        if (chunk === null) break;
        chunks.push(chunk);
        size += chunk.length;
      }
      const declared = Number(request.headers['content-length']);
      // A request of HTTP/2 is complete only when its end has been read.
      const complete = request.complete || http2StreamOf(request)?.readableEnded;
      if (size >= most || complete || size >= declared) finish();
    };
    const timer = setTimeout(finish, waitMs);
    timer.unref();
    request.on('readable', read);
    request.on('end', finish);
    request.on('error', fail);
    request.on('close', finish);
  });
}

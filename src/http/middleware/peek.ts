import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { http2StreamOf } from './http2.ts';

/** The start of a body. */
export interface Peeked {
  readonly body: Buffer;
  /** Its sender fell silent before it was whole: what is to come has not been seen. */
  readonly late: boolean;
}

/**
 * Reads the first `most` bytes of a request's body and puts them back, so that whoever reads the
 * request next gets all of it. Ends at the limit, at the end of the body, or when nothing comes for `waitMs`.
 */
export function peekBody(request: IncomingMessage, most: number, waitMs: number): Promise<Peeked> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (late = false): void => {
      clearTimeout(timer);
      request.off('readable', read);
      request.off('end', ended);
      request.off('error', fail);
      request.off('close', ended);
      const whole = Buffer.concat(chunks);
      // `unshift` after the end would throw: a stream that has ended empty has nothing to put back.
      if (whole.length > 0 && !request.destroyed) request.unshift(whole);
      resolve({ body: whole.subarray(0, most), late });
    };
    const ended = (): void => finish();
    const fail = (error: Error): void => {
      clearTimeout(timer);
      request.off('readable', read);
      reject(error);
    };
    const read = (): void => {
      timer.refresh();
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
    const timer = setTimeout(finish, waitMs, true);
    timer.unref();
    request.on('readable', read);
    request.on('end', ended);
    request.on('error', fail);
    request.on('close', ended);
  });
}

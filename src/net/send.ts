import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { OutboundGuard } from './guard.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Bytes of an answer that are read unless told otherwise. */
const answerBytes = 64 * 1024;

export interface SendOptions {
  readonly guard: OutboundGuard;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'POST' | 'PUT' | 'GET';
  /** Longest answer that is taken; a longer one is an error. Default 64 KiB. */
  readonly maxAnswerBytes?: number;
  /** A longer answer is cut instead, for whom its status is enough. Default `false`. */
  readonly cutAnswer?: boolean;
}

/** One request, no redirects, to a guarded address; the body is JSON text. */
export function send(url: URL, body: string | undefined, options: SendOptions): Promise<Answer> {
  const { guard, signal, headers = {}, method = 'POST', maxAnswerBytes = answerBytes, cutAnswer } = options;
  guard.check(url);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        signal,
        lookup: guard.lookup,
        headers: {
          'user-agent': 'wolfsec',
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const whole = () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
            headers: answer.headers,
          });
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= maxAnswerBytes) return void chunks.push(chunk);
          if (cutAnswer) whole();
          // Before the connection is broken off, which says less.
          else reject(new Error(`the answer is longer than ${maxAnswerBytes} bytes`));
          answer.destroy();
        });
        answer.on('end', whole);
        // Cut off in the middle: an answer that is not whole is none.
        answer.on('aborted', () =>
          reject(new Error('the connection was closed in the middle of the answer')),
        );
        answer.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

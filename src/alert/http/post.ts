import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { DeliveryFailure } from '../deliver/failure.ts';
import type { OutboundGuard } from './guard.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Bytes of an answer that are read; the rest is thrown away. */
const maxAnswerBytes = 64 * 1024;

export interface PostOptions {
  readonly guard: OutboundGuard;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'POST' | 'PUT' | 'GET';
}

/** One request, no redirects, to a guarded address; the body is JSON text. */
export function send(url: URL, body: string | undefined, options: PostOptions): Promise<Answer> {
  const { guard, signal, headers = {}, method = 'POST' } = options;
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
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= maxAnswerBytes) chunks.push(chunk);
          else answer.destroy();
        });
        const done = () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
            headers: answer.headers,
          });
        answer.on('end', done);
        answer.on('close', done);
        answer.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Posts and says, by status, whether another attempt makes sense (RFC 9110 §15; 429 and 503 with Retry-After). */
export async function post(name: string, url: URL, body: string, options: PostOptions): Promise<Answer> {
  let answer: Answer;
  try {
    answer = await send(url, body, options);
  } catch (error) {
    const refused = (error as { code?: string }).code === 'WOLFSEC_ADDRESS_REFUSED';
    throw new DeliveryFailure(`${name}: ${(error as Error).message}`, { retryable: !refused, cause: error });
  }
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return answer;
  const retryable = status >= 500 || status === 408 || status === 425 || status === 429;
  throw new DeliveryFailure(`${name}: answered ${status}`, {
    retryable,
    retryAfterMs: retryAfterMs(headers['retry-after'], Date.now()),
  });
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3). */
export function retryAfterMs(header: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

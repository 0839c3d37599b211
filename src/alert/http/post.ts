import { type Answer, type SendOptions, send } from '../../net/send.ts';
import { DeliveryFailure } from '../deliver/failure.ts';

/** Posts and says, by status, whether another attempt makes sense (RFC 9110 §15; 429 and 503 with Retry-After). */
export async function post(name: string, url: URL, body: string, options: SendOptions): Promise<Answer> {
  let answer: Answer;
  try {
    // What a long answer says is nothing to us; as a failure it would be sent the message again and again.
    answer = await send(url, body, { ...options, cutAnswer: true });
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
function retryAfterMs(header: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

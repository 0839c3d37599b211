import { WolfsecError } from '../../errors.ts';

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The body as a JSON object. */
export function jsonObject(body: Buffer): Record<string, unknown> {
  let read: unknown;
  try {
    read = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_EVENT_INVALID', 'the body is not valid JSON', { cause });
  }
  if (!isMap(read)) throw new WolfsecError('WOLFSEC_EVENT_INVALID', 'the body is not a JSON object');
  return read;
}

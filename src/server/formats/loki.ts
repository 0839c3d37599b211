import { WolfsecError } from '../../errors.ts';
import { enveloped, lineEvent, timestamp } from './line.ts';

/**
 * Reads a push of Grafana Loki in JSON: `{ streams: [{ stream: labels, values: [[nanoseconds, line, metadata?]] }] }`.
 *
 * @throws {WolfsecError} `WOLFSEC_EVENT_INVALID`.
 */
export function readLoki(body: Buffer, now: Date): Record<string, unknown>[] {
  const { streams } = jsonObject(body);
  if (!Array.isArray(streams)) throw refuse('"streams" must be a list');
  return streams.flatMap((each: unknown, index) => {
    const { stream = {}, values } = (each ?? {}) as { stream?: unknown; values?: unknown };
    if (!isMap(stream) || !Array.isArray(values)) {
      throw refuse(`streams[${index}] needs "stream", a map of labels, and "values", a list`);
    }
    return values.map((value: unknown, place) => {
      const [time, line, metadata] = Array.isArray(value) ? value : [];
      if (typeof line !== 'string' || !/^\d{1,20}$/.test(String(time))) {
        throw refuse(`streams[${index}].values[${place}] must be [nanoseconds, line]`);
      }
      return enveloped(lineEvent(line, now), {
        ...timestamp(Number(BigInt(time) / 1_000_000n)),
        ...stream,
        ...(isMap(metadata) ? metadata : {}),
      });
    });
  });
}

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
  if (!isMap(read)) throw refuse('the body is not a JSON object');
  return read;
}

const refuse = (message: string) => new WolfsecError('WOLFSEC_EVENT_INVALID', message);

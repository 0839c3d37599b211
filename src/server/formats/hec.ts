import { WolfsecError } from '../../errors.ts';
import { enveloped, lineEvent, maxEvents, timestamp, tooMany } from './line.ts';

/**
 * Reads the body of Splunk's HTTP Event Collector: JSON objects one behind the other, with or without white space.
 *
 * @throws {WolfsecError} `WOLFSEC_EVENT_INVALID` with the event's index.
 */
export function readHec(body: Buffer, now: Date): Record<string, unknown>[] {
  return objectsOf(body).map((bytes, eventIndex) => {
    const refuse = (message: string) =>
      new WolfsecError('WOLFSEC_EVENT_INVALID', message, { location: { eventIndex } });
    let envelope: Record<string, unknown>;
    try {
      envelope = JSON.parse(bytes.toString('utf8'));
    } catch {
      throw refuse('not valid JSON');
    }
    const { event, time, host, source, sourcetype, index, fields } = envelope;
    if (event === undefined || event === null || event === '') throw refuse('the event is missing');
    const inner =
      typeof event === 'object' && !Array.isArray(event)
        ? (event as Record<string, unknown>)
        : lineEvent(typeof event === 'string' ? event : JSON.stringify(event), now);
    const said = Object.entries({ host, source, sourcetype, index }).filter(
      ([, value]) => value !== undefined,
    );
    return enveloped(inner, {
      ...timestamp(milliseconds(time) ?? now.getTime()),
      ...Object.fromEntries(said),
      ...(typeof fields === 'object' && fields !== null && !Array.isArray(fields) ? fields : {}),
    });
  });
}

/** Seconds would lie past the year 5000 from here on. */
const millisFrom = 1e11;

/** Seconds since the epoch, from some senders milliseconds; `undefined` where none are given, `NaN` for what is no number. */
function milliseconds(time: unknown): number | undefined {
  if (time === undefined || time === null || time === '') return undefined;
  const number = Number(time);
  return number >= millisFrom ? number : number * 1000;
}

const [quote, backslash, open, close] = [0x22, 0x5c, 0x7b, 0x7d];

/** Cuts the body where an object ends; what lies between objects must be white space. */
function objectsOf(body: Buffer): Buffer[] {
  const objects: Buffer[] = [];
  let [depth, start, inText] = [0, 0, false];
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] as number;
    if (inText) {
      if (byte === backslash) at++;
      else if (byte === quote) inText = false;
    } else if (byte === open) {
      if (depth++ === 0) start = at;
    } else if (depth === 0) {
      if (byte > 0x20) throw broken(`neither an object nor white space at byte ${at}`);
    } else if (byte === quote) inText = true;
    else if (byte === close && --depth === 0) {
      objects.push(body.subarray(start, at + 1));
      if (objects.length > maxEvents) throw tooMany();
    }
  }
  if (depth > 0) throw broken('the last object has no end');
  return objects;
}

const broken = (message: string) => new WolfsecError('WOLFSEC_EVENT_INVALID', message);

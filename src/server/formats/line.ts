import { WolfsecError } from '../../errors.ts';
import { type LineReader, lineReaders } from '../../event/format.ts';

/** Readers that say no to what is not theirs, surest first. */
const readers: readonly LineReader[] = [
  lineReaders.cef,
  lineReaders.leef,
  lineReaders.combined,
  lineReaders.syslog5424,
  lineReaders.logfmt,
];

/** Events of one request at most: each takes a hundred times what its two bytes may, and all are made in one go. */
export const maxEvents = 100_000;

export const tooMany = () =>
  new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', `more than ${maxEvents} events in one request`);

/** The lines of a body that are not blank. @throws {WolfsecError} `WOLFSEC_LIMIT_EXCEEDED`. */
export function linesOf(body: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < body.length; ) {
    const found = body.indexOf(0x0a, at);
    const end = found < 0 ? body.length : found;
    const line = end === at ? '' : body.toString('utf8', at, end).replace(/\r$/, '');
    if (line.trim() !== '' && lines.push(line) > maxEvents) throw tooMany();
    at = end + 1;
  }
  return lines;
}

/** Longer lines are kept whole as a message and not taken apart. */
const maxPartedLength = 16 * 1024;

/** Reads a line that says nothing of its format; what none knows becomes the event's `message`. */
export function lineEvent(line: string, now: Date): Record<string, unknown> {
  if (line.trimStart().startsWith('{')) {
    const event = objectOf(line);
    if (event) return event;
  }
  if (line.length <= maxPartedLength) {
    for (const read of readers) {
      const event = read(line, now);
      if (event) return event;
    }
  }
  return { message: line };
}

function objectOf(line: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === 'object' && read !== null && !Array.isArray(read)
      ? (read as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Adds what the envelope says, where the event does not say it itself. */
export function enveloped(
  event: Record<string, unknown>,
  envelope: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return { ...envelope, ...event };
}

/** ISO time of milliseconds since the epoch, as an envelope's `@timestamp`; nothing for what is no time. */
export function timestamp(ms: number): { '@timestamp'?: string } {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? { '@timestamp': new Date(ms).toISOString() } : {};
}

export const toNdjson = (events: readonly object[]): Buffer => Buffer.from(events.map(written).join('\n'));

/** What is nested too deeply to be written becomes a line that is counted as a fault, and costs the others nothing. */
function written(event: object): string {
  try {
    return JSON.stringify(event);
  } catch {
    return 'null';
  }
}

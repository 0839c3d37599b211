import { WolfsecError } from '../errors.ts';
import { readAccessLine } from './access-log.ts';
import { readCefLine } from './cef.ts';
import { readLeefLine } from './leef.ts';
import { readLogfmtLine } from './logfmt.ts';
import { readSyslogLine } from './syslog.ts';
import type { TextEvent } from './text-event.ts';
import { w3cReader } from './w3c.ts';
import { zeekReader } from './zeek.ts';

/** Line formats that events come in. */
export const formats = [
  'ndjson',
  'combined',
  'common',
  'w3c',
  'zeek',
  'syslog3164',
  'syslog5424',
  'cef',
  'leef',
  'logfmt',
] as const;
export type Format = (typeof formats)[number];

/** Reads one line; `undefined` where it is not of the format. `now` gives lines without a year theirs. */
export type LineReader = (line: string, now: Date) => TextEvent | undefined;

/** Formats of which a line says all by itself. */
export const lineReaders = {
  combined: readAccessLine,
  common: readAccessLine,
  syslog3164: readSyslogLine,
  syslog5424: readSyslogLine,
  cef: readCefLine,
  leef: readLeefLine,
  logfmt: readLogfmtLine,
} as const satisfies Partial<Record<Format, LineReader>>;

/** As {@link LineReader}, for the lines of one source in their order; `'header'` for one that tells of the others. */
export type SourceReader = (line: string, now: Date) => TextEvent | 'header' | undefined;

/** Begins a source. */
export function sourceReader(format: Exclude<Format, 'ndjson'>): SourceReader {
  if (format === 'w3c') return w3cReader();
  return format === 'zeek' ? zeekReader() : lineReaders[format];
}

/**
 * Tells the format by the first lines of a source: the one that most of them fit.
 *
 * @returns `undefined` where none fits.
 */
export function detectFormat(lines: readonly string[]): Format | undefined {
  const filled = lines.map((line) => line.slice(0, 4096)).filter((line) => line.trim() !== '');
  if (filled.length === 0) return undefined;
  const fits = (holds: (line: string) => boolean) => filled.filter(holds).length;
  const now = new Date();
  const reads = (format: 'w3c' | 'zeek') => {
    const read = sourceReader(format);
    return fits((line) => read(line, now) !== undefined);
  };
  const scores: [Format, number][] = [
    ['ndjson', fits((line) => line.trimStart().startsWith('{'))],
    ['combined', fits((line) => readAccessLine(line)?.['cs-user-agent'] !== undefined)],
    ['common', fits((line) => readAccessLine(line) !== undefined)],
    ['w3c', reads('w3c')],
    ['zeek', reads('zeek')],
    ['cef', fits((line) => readCefLine(line) !== undefined)],
    ['leef', fits((line) => readLeefLine(line) !== undefined)],
    ['syslog5424', fits((line) => /^<\d{1,3}>1 /.test(line))],
    ['syslog3164', fits((line) => readSyslogLine(line, now) !== undefined)],
    ['logfmt', fits((line) => readLogfmtLine(line) !== undefined)],
  ];
  let best: [Format, number] | undefined;
  for (const score of scores) if (score[1] > (best?.[1] ?? 0)) best = score;
  return best && best[1] * 2 >= filled.length ? best[0] : undefined;
}

/** @throws {WolfsecError} `WOLFSEC_FORMAT_UNKNOWN` for a name that is not a format. */
export function formatNamed(name: string): Format {
  const found = formats.find((format) => format === name);
  if (found) return found;
  throw new WolfsecError(
    'WOLFSEC_FORMAT_UNKNOWN',
    `"${name}" is not a format; known are ${formats.join(', ')}`,
  );
}

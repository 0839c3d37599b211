import { type Format, type SourceReader, sourceReader } from './format.ts';

/** Longer lines of text formats are refused. */
export const maxTextLineLength = 64 * 1024;

/** Why a line of text is not an event. */
type TextFault = 'too-long' | 'format';

/** Lines of text turned into NDJSON. */
export interface TextBatch {
  readonly ndjson: Buffer;
  /** For each line of `ndjson`, which line of the text it comes from, from 0. */
  readonly lines: readonly number[];
  /** Lines that are not of the format. */
  readonly faults: readonly { readonly line: number; readonly fault: TextFault }[];
}

/** Turns the lines of one source into NDJSON, batch after batch; blank lines and headers are passed over. */
export function textReader(format: Exclude<Format, 'ndjson'>): (text: string, now: Date) => TextBatch {
  const read = sourceReader(format);
  return (text, now) => turned(text, read, now);
}

/** As {@link textReader}, for a source of one batch. */
export function textToNdjson(text: string, format: Exclude<Format, 'ndjson'>, now: Date): TextBatch {
  return textReader(format)(text, now);
}

function turned(text: string, read: SourceReader, now: Date): TextBatch {
  const rows: string[] = [];
  const lines: number[] = [];
  const faults: { line: number; fault: TextFault }[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    if (line.length > maxTextLineLength) {
      faults.push({ line: index, fault: 'too-long' });
      return;
    }
    const event = read(line, now);
    if (event === undefined) faults.push({ line: index, fault: 'format' });
    else if (event !== 'header') {
      rows.push(JSON.stringify(event));
      lines.push(index);
    }
  });
  return { ndjson: Buffer.from(rows.join('\n')), lines, faults };
}

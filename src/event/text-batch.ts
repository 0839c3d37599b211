import { type Format, lineReaders } from './format.ts';

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

/** Turns a batch of lines into NDJSON; blank lines are passed over. */
export function textToNdjson(text: string, format: Exclude<Format, 'ndjson'>, now: Date): TextBatch {
  const read = lineReaders[format];
  const rows: string[] = [];
  const lines: number[] = [];
  const faults: { line: number; fault: TextFault }[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    if (line.length > maxTextLineLength) faults.push({ line: index, fault: 'too-long' });
    else {
      const event = read(line, now);
      if (event) {
        rows.push(JSON.stringify(event));
        lines.push(index);
      } else faults.push({ line: index, fault: 'format' });
    }
  });
  return { ndjson: Buffer.from(rows.join('\n')), lines, faults };
}

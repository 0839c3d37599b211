import { Buffer } from 'node:buffer';

/** A part of a body, the end outside, and what takes its place. */
export interface LeakSpan {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Sorted, and one where they overlap or where the same follows at once, as the lines of a trace do. */
export function joinSpans(spans: readonly LeakSpan[]): LeakSpan[] {
  const joined: LeakSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1);
    const joins = last && (span.start < last.end || (span.start <= last.end + 1 && span.text === last.text));
    if (joins) joined[joined.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else joined.push(span);
  }
  return joined;
}

/** The bytes with the spans, which are sorted and apart, replaced. */
export function replaceSpans(bytes: Buffer, spans: readonly LeakSpan[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of spans) {
    parts.push(bytes.subarray(at, start), Buffer.from(text));
    at = end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}

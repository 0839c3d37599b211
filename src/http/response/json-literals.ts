import type { LeakSpan } from './spans.ts';

const quotation = 0x22;
const backslash = 0x5c;

/**
 * Cuts spans (sorted, apart) down to the JSON literal that each begins in, so that replacing them
 * leaves JSON: within a string whole escapes, and of what stands bare, a number, all of it, with
 * quotes. A span that begins between literals counts for the first it reaches. Reads characters,
 * not grammar: the text may be cut off, or be many documents.
 *
 * Stops behind the first literal that a span went beyond, and tells where (`cutAt`); or, with
 * `spread`, lets the span take all literals that it reaches.
 *
 * @param from where reading begins, outside of a string.
 */
export function jsonReplacements(
  bytes: Uint8Array,
  spans: readonly LeakSpan[],
  from: number,
  spread: boolean,
): { replacements: LeakSpan[]; cutAt: number | undefined } {
  const replacements: LeakSpan[] = [];
  let next = 0;
  let span = spans[0];
  for (let at = from; span && at < bytes.length; ) {
    const opening = indexOf(bytes, quotation, at);
    for (let done = at; span && span.start < opening; ) {
      const bare = bareLiteral(bytes, span, done, opening);
      if (!bare && span.end > opening) break;
      if (bare) {
        replacements.push(bare);
        done = bare.end;
        if (span.end > done && !spread) return { replacements, cutAt: done };
      }
      span = bare && span.end > done ? { ...span, start: done } : spans[++next];
    }
    const closing = endOfString(bytes, opening + 1);
    for (let done = opening + 1; span && span.start < closing; ) {
      const inside = wholeEscapes(bytes, done, closing, span);
      if (inside.end > inside.start) replacements.push(inside);
      done = Math.max(done, inside.end);
      const after = Math.min(closing + 1, bytes.length);
      if (span.end > after && !spread) return { replacements, cutAt: after };
      span = span.end > after ? { ...span, start: after } : spans[++next];
    }
    at = closing + 1;
  }
  return { replacements, cutAt: undefined };
}

/** A number (or another bare word) that the span lies in, with quotes around what replaces it. */
function bareLiteral(bytes: Uint8Array, span: LeakSpan, from: number, to: number): LeakSpan | undefined {
  let start = Math.max(span.start, from);
  const last = Math.min(span.end, to);
  while (start < last && !isBare(bytes[start] as number)) start++;
  if (start >= last) return undefined;
  let end = start;
  while (start > from && isBare(bytes[start - 1] as number)) start--;
  while (end < to && isBare(bytes[end] as number)) end++;
  return { start, end, text: `"${span.text}"` };
}

/** The part of the span from `from` (the start of a character or escape) on, grown to the ends of escapes that it cuts. */
function wholeEscapes(bytes: Uint8Array, from: number, to: number, span: LeakSpan): LeakSpan {
  let start = Math.max(span.start, from);
  let end = Math.min(span.end, to);
  for (let at = from; at < end; ) {
    const length = bytes[at] !== backslash ? 1 : bytes[at + 1] === 0x75 ? 6 : 2;
    const after = Math.min(at + length, to);
    if (start > at && start < after) start = at;
    if (end > at && end < after) end = after;
    at = after;
  }
  return { start, end, text: span.text };
}

/** Letters, digits and the signs of numbers. */
function isBare(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (lower >= 0x61 && lower <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const closing = indexOf(bytes, quotation, at);
    let slashes = 0;
    while (closing - slashes > from && bytes[closing - slashes - 1] === backslash) slashes++;
    if (closing === bytes.length || slashes % 2 === 0) return closing;
    at = closing + 1;
  }
}

function indexOf(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 ? bytes.length : at;
}

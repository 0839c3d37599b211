import { isUtf8 } from 'node:buffer';

/** A haystack as valid UTF-8, with the way back to its own offsets. */
export interface Text {
  readonly bytes: Uint8Array;
  /** Offset in the haystack of a character boundary in `bytes`. */
  offset(at: number): number;
  /** Place in `bytes` of a character boundary in the haystack. */
  position(offset: number): number;
}

const same = (at: number): number => at;

/** Every maximal invalid subpart becomes U+FFFD, as in WHATWG's decoder and Rust's `utf8_chunks`. */
export function asText(haystack: Uint8Array): Text {
  if (isUtf8(haystack)) return { bytes: haystack, offset: same, position: same };
  // One invalid byte becomes three at most.
  const bytes = new Uint8Array(haystack.length * 3);
  /** Rows of (place of U+FFFD in the text, start and end of the invalid part in the haystack). */
  const replaced: number[] = [];
  let length = 0;
  for (let at = 0; at < haystack.length; ) {
    const width = sequence(haystack, at);
    if (width > 0) {
      for (let i = 0; i < width; i++) bytes[length++] = haystack[at + i]!;
      at += width;
    } else {
      replaced.push(length, at, at - width);
      at -= width;
      bytes[length++] = 0xef;
      bytes[length++] = 0xbf;
      bytes[length++] = 0xbd;
    }
  }
  const text = bytes.subarray(0, length);
  return {
    bytes: text,
    offset: (at) => wayBack(replaced, at),
    position: (offset) => wayForth(text, replaced, offset),
  };
}

function wayBack(replaced: readonly number[], at: number): number {
  const row = 3 * (rowsBelow(replaced, 0, at) - 1);
  return row < 0 ? at : replaced[row + 2]! + at - replaced[row]! - 3;
}

function wayForth(text: Uint8Array, replaced: readonly number[], offset: number): number {
  const row = 3 * (rowsBelow(replaced, 1, offset) - 1);
  let at = row < 0 ? offset : replaced[row]! + 3 + Math.max(0, offset - replaced[row + 2]!);
  while (at < text.length && (text[at]! & 0xc0) === 0x80) at++;
  return at;
}

/** How many rows hold less than `value` in that column. */
function rowsBelow(rows: readonly number[], column: number, value: number): number {
  let low = 0;
  let high = rows.length / 3;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[3 * middle + column]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes of the valid character at `at`, or minus those of the maximal invalid subpart. */
function sequence(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const width = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (width === 0) return -1;
  // Unicode 16, table 3-7: the second byte's range depends on the first.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < width; i++) {
    const b = bytes[at + i];
    const fits = b !== undefined && (i === 1 ? b >= low && b <= high : b >= 0x80 && b <= 0xbf);
    if (!fits) return -i;
  }
  return width;
}

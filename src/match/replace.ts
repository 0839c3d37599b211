import { invalidArgument } from '../errors.ts';

/** Literal text, or a function of the matched text and its pattern's id. */
export type Replacement<Id> = string | ((matched: string, id: Id) => string);

/**
 * Replaces the rows `(pattern, start, end)` in a string or bytes; rows are sorted by start, then
 * end. Gives back the very same input where there are none.
 */
export function replaceMatches<Id, Input extends string | Uint8Array>(
  input: Input,
  rows: Uint32Array,
  ids: readonly Id[],
  replacement: Replacement<Id>,
): Input {
  if (typeof replacement !== 'string' && typeof replacement !== 'function') {
    throw invalidArgument('replacement', 'a string or a function');
  }
  if (rows.length === 0) return input;
  const bytes =
    typeof input === 'string'
      ? Buffer.from(input)
      : Buffer.from(input.buffer, input.byteOffset, input.length);
  const parts: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < rows.length; i += 3) {
    const start = rows[i + 1]!;
    if (start < at) continue;
    const chosen = longestFrom(rows, i);
    const end = rows[chosen + 2]!;
    parts.push(bytes.subarray(at, start));
    const matched = () => bytes.toString('utf8', start, end);
    const text = typeof replacement === 'string' ? replacement : replacement(matched(), ids[rows[chosen]!]!);
    parts.push(Buffer.from(text));
    at = end;
    // An empty match does not move `at`; those at the same place are passed over with it.
    while (i + 3 < rows.length && rows[i + 4] === start) i += 3;
  }
  parts.push(bytes.subarray(at));
  const replaced = Buffer.concat(parts);
  return (typeof input === 'string' ? replaced.toString() : replaced) as Input;
}

/** Of the rows that begin where row `i` does, the first with the largest end. */
function longestFrom(rows: Uint32Array, i: number): number {
  let chosen = i;
  for (let next = i + 3; next < rows.length && rows[next + 1] === rows[i + 1]; next += 3) {
    if (rows[next + 2]! > rows[chosen + 2]!) chosen = next;
  }
  return chosen;
}

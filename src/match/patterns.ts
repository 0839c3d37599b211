import { checkAttached } from '../attached.ts';
import type { PatternMatcher } from '../backend/contract/match.ts';
import { activeBackend } from '../backend/select.ts';
import { invalidArgument } from '../errors.ts';
import { haystackOf, unshared } from './haystack.ts';
import type { Match } from './match.ts';
import { type CheckedPatterns, checkPatterns, type Pattern } from './program.ts';
import { type Replacement, replaceMatches } from './replace.ts';
import { PatternStream, type PatternStreamOptions } from './stream.ts';

const nothing = new Uint32Array(0);
/** Numbers in rows that are kept from call to call: 1 MiB. */
const rowsKeptMax = 1 << 18;
/** Where back ends write what they find; grows, and is shared by all sets. */
let rows = new Uint32Array(3 * 256);

/** One input with very many matches must not keep their memory for good. */
function trimRows(): void {
  if (rows.length > rowsKeptMax) rows = new Uint32Array(3 * 256);
}

/**
 * Many literals and regular expressions, searched for at once.
 *
 * Each pattern is searched as if it were alone: its leftmost, non-overlapping matches, while matches
 * of different patterns may overlap. Literals compare bytes; expressions read text, in which every
 * invalid part of the UTF-8 counts as U+FFFD. Folding is ASCII. Time is linear in the input.
 *
 * ```ts
 * const set = new PatternSet(['../', { id: 'sqli', regex: '\\bunion\\s+select\\b', ignoreCase: true }]);
 * set.matches('/?q=1 UNION SELECT 2'); // [{ id: 'sqli', start: 6, end: 18 }]
 * ```
 */
export class PatternSet<Id = number> {
  private readonly checked: CheckedPatterns<Id>;
  private readonly matcher: PatternMatcher;

  /**
   * @throws {WolfsecError} `WOLFSEC_PATTERN_INVALID` for an expression outside the subset,
   *   `WOLFSEC_INVALID_ARGUMENT` for an empty literal, `WOLFSEC_LIMIT_EXCEEDED` for too large a set.
   */
  constructor(patterns: readonly Pattern<Id>[], backend = activeBackend()) {
    this.checked = checkPatterns(patterns);
    this.matcher = backend.match.compilePatterns(this.checked.program);
  }

  /** Number of patterns. */
  get size(): number {
    return this.checked.ids.length;
  }

  /** Whether any pattern matches. */
  isMatch(input: Uint8Array | string): boolean {
    const { bytes, length } = haystackOf(input);
    return this.matcher.isMatch(bytes, length);
  }

  /** The patterns that match, each once, in the order of the list. */
  matchedIds(input: Uint8Array | string): Id[] {
    const { bytes, length } = haystackOf(input);
    let found = this.matcher.which(bytes, length, rows);
    if (found > rows.length) {
      rows = new Uint32Array(found);
      found = this.matcher.which(bytes, length, rows);
    }
    const ids: Id[] = [];
    for (let i = 0; i < found; i++) ids.push(this.checked.ids[rows[i]!]!);
    return ids;
  }

  /** All matches, sorted by start, then end, then the order of the list. */
  matches(input: Uint8Array | string): Match<Id>[] {
    const found = this.fillRows(input);
    const matches: Match<Id>[] = [];
    for (let i = 0; i < found * 3; i += 3) {
      matches.push({ id: this.checked.ids[rows[i]!]!, start: rows[i + 1]!, end: rows[i + 2]! });
    }
    trimRows();
    return matches;
  }

  /** Number of matches. */
  count(input: Uint8Array | string): number {
    const { bytes, length } = haystackOf(input);
    return this.matcher.find(bytes, length, nothing, nothing);
  }

  /**
   * Replaces matches from left to right. Of those that begin together the longest goes, then the
   * first of the list; what overlaps a replaced match stays. Gives back the very same input where
   * nothing matched.
   *
   * @param replacement literal text, or a function of the matched text and its pattern's id.
   */
  replace(input: string, replacement: Replacement<Id>): string;
  replace(input: Uint8Array, replacement: Replacement<Id>): Uint8Array;
  replace(input: string | Uint8Array, replacement: Replacement<Id>): string | Uint8Array {
    const found = this.fillRows(input);
    const own = rows.slice(0, found * 3);
    trimRows();
    return replaceMatches(input, own, this.checked.ids, replacement);
  }

  /**
   * Matches of many inputs in one call.
   *
   * @returns rows of four: index of the input, index of the pattern, start, end.
   */
  matchBatch(inputs: readonly (Uint8Array | string)[]): Uint32Array {
    if (!Array.isArray(inputs)) throw invalidArgument('inputs', 'an array');
    const parts = Array.from(inputs, (input) => {
      const { bytes, length } = haystackOf(input);
      return Buffer.from(bytes.subarray(0, length));
    });
    const offsets = new Uint32Array(parts.length + 1);
    for (const [i, part] of parts.entries()) offsets[i + 1] = offsets[i]! + part.length;
    return this.matchPacked(Buffer.concat(parts), offsets);
  }

  /**
   * The same for inputs that already lie in one buffer: input `i` is
   * `packed.subarray(offsets[i], offsets[i + 1])`; starts and ends count from the input's own start.
   */
  matchPacked(packed: Uint8Array, offsets: Uint32Array): Uint32Array {
    checkOffsets(packed, offsets);
    const inputs = unshared(packed);
    let found = this.matcher.findBatch(inputs, offsets, rows);
    if (found * 4 > rows.length) {
      rows = new Uint32Array(found * 4);
      found = this.matcher.findBatch(inputs, offsets, rows);
    }
    const own = rows.slice(0, found * 4);
    trimRows();
    return own;
  }

  /** Searches a stream of chunks without missing what lies across their seams. */
  stream(options?: PatternStreamOptions): PatternStream<Id> {
    return new PatternStream(this.matcher, this.checked, options);
  }

  private fillRows(input: Uint8Array | string): number {
    const { bytes, length } = haystackOf(input);
    const found = this.matcher.find(bytes, length, rows, nothing);
    if (found * 3 <= rows.length) return found;
    rows = new Uint32Array(found * 3);
    return this.matcher.find(bytes, length, rows, nothing);
  }
}

function checkOffsets(packed: Uint8Array, offsets: Uint32Array): void {
  if (!(packed instanceof Uint8Array)) throw invalidArgument('packed', 'a Uint8Array');
  checkAttached(packed, 'packed');
  if (!(offsets instanceof Uint32Array)) throw invalidArgument('offsets', 'a Uint32Array');
  for (let i = 0; i < offsets.length; i++) {
    const previous = i === 0 ? 0 : offsets[i - 1]!;
    if (offsets[i]! < previous || offsets[i]! > packed.length) {
      throw invalidArgument(`offsets[${i}]`, `from ${previous} to ${packed.length}`);
    }
  }
}

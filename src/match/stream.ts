import { checkAttached } from '../attached.ts';
import type { PatternMatcher } from '../backend/contract/match.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';
import type { Match } from './match.ts';
import type { CheckedPatterns } from './program.ts';

/** Settings of {@link PatternStream}. */
export interface PatternStreamOptions {
  /**
   * Longest match of a regular expression that is found whole, in bytes; a longer one may be cut or
   * missed. Literals are found at any length. Default: 4096. Memory is about twice this.
   */
  readonly windowBytes?: number;
}

/** Numbers in rows that are kept from chunk to chunk: 1 MiB. */
const rowsKeptMax = 1 << 18;
/** Bytes kept before the place where a search goes on: a whole character of context. */
const CONTEXT_BYTES = 4;

/**
 * Searches a stream of chunks. The matches are those of the whole text, whatever the chunks; offsets
 * count from the stream's start. Expressions are reported once later bytes cannot change them, at the
 * latest at {@link end}; literals at once, in a set with expressions within a window.
 */
export class PatternStream<Id = number> {
  private readonly matcher: PatternMatcher;
  private readonly checked: CheckedPatterns<Id>;
  private readonly windowBytes: number;
  private readonly hasRegexes: boolean;
  private readonly onlyAtEnd: Uint8Array;
  private readonly isRegex: Uint8Array;
  /** Where each pattern's last match ended, counted from the stream's start. */
  private readonly ends: Float64Array;
  private readonly windowEnds: Uint32Array;
  private rows = new Uint32Array(3 * 64);
  private kept: Buffer = Buffer.alloc(0);
  /** Offset of `kept` in the stream. */
  private base = 0;
  private unsearched = 0;
  private highSurrogate = '';
  private ended = false;

  /** Made by {@link PatternSet.stream}. @internal */
  constructor(matcher: PatternMatcher, checked: CheckedPatterns<Id>, options: PatternStreamOptions = {}) {
    const { windowBytes = 4096 } = options;
    if (!Number.isInteger(windowBytes) || windowBytes < 1 || windowBytes > 1 << 30) {
      throw invalidArgument('windowBytes', 'an integer from 1 to 2^30');
    }
    if (checked.matchesEmpty) {
      throw new WolfsecError(
        'WOLFSEC_PATTERN_INVALID',
        'an expression that matches the empty text cannot be searched for in a stream',
      );
    }
    const { literals, regexes } = checked.program;
    this.matcher = matcher;
    this.checked = checked;
    this.hasRegexes = regexes.length > 0;
    const longest = literals.reduce((most, { bytes }) => Math.max(most, bytes.length), 1);
    this.windowBytes = this.hasRegexes ? Math.max(windowBytes, longest) : longest - 1;
    const patterns = checked.ids.length;
    this.onlyAtEnd = new Uint8Array(patterns);
    for (const { anchor, pattern } of literals) {
      this.onlyAtEnd[pattern] = anchor === 'end' || anchor === 'whole' ? 1 : 0;
    }
    this.isRegex = new Uint8Array(patterns);
    for (const { pattern } of regexes) this.isRegex[pattern] = 1;
    this.ends = new Float64Array(patterns);
    this.windowEnds = new Uint32Array(patterns);
  }

  /**
   * Takes the next chunk and gives the matches it completes. A surrogate pair may be split between
   * two strings.
   *
   * @throws {WolfsecError} `WOLFSEC_DISPOSED` after {@link end}.
   */
  push(chunk: Uint8Array | string): Match<Id>[] {
    if (this.ended) throw new WolfsecError('WOLFSEC_DISPOSED', 'the stream has ended; begin another one');
    const bytes = this.encode(chunk);
    this.kept = this.kept.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.kept, bytes]);
    this.unsearched += bytes.length;
    // A window is searched again with the bytes that follow it, so few bytes wait for more.
    if (this.hasRegexes && this.unsearched < this.windowBytes) return [];
    return this.search(false);
  }

  /** Ends the stream and gives the matches that only its end decides. */
  end(): Match<Id>[] {
    if (this.ended) return [];
    if (this.highSurrogate) this.kept = Buffer.concat([this.kept, Buffer.from(this.highSurrogate)]);
    this.ended = true;
    const found = this.search(true);
    this.kept = Buffer.alloc(0);
    return found;
  }

  private encode(chunk: Uint8Array | string): Uint8Array {
    if (typeof chunk !== 'string') {
      if (!(chunk instanceof Uint8Array)) throw invalidArgument('chunk', 'a Uint8Array or a string');
      checkAttached(chunk, 'chunk');
      if (!this.highSurrogate) return chunk;
      // No half of a character can follow in bytes.
      const before = Buffer.from(this.highSurrogate);
      this.highSurrogate = '';
      return Buffer.concat([before, chunk]);
    }
    const text = this.highSurrogate + chunk;
    const last = text.charCodeAt(text.length - 1);
    const split = last >= 0xd800 && last <= 0xdbff;
    this.highSurrogate = split ? text.slice(-1) : '';
    return Buffer.from(split ? text.slice(0, -1) : text);
  }

  private search(final: boolean): Match<Id>[] {
    const { kept, base, ends, windowEnds, checked } = this;
    // Past the stream's start, offset 0 is context: nothing may match there.
    const first = base === 0 ? 0 : 1;
    for (let p = 0; p < ends.length; p++) windowEnds[p] = Math.max(first, ends[p]! - base);
    const found = this.find(kept);
    const open = new Set<number>();
    const matches: Match<Id>[] = [];
    for (let i = 0; i < found * 3; i += 3) {
      const pattern = this.rows[i]!;
      const [start, end] = [this.rows[i + 1]!, this.rows[i + 2]!];
      if (!final && !this.isDecided(pattern, start, open)) continue;
      ends[pattern] = base + end;
      matches.push({ id: checked.ids[pattern]!, start: base + start, end: base + end });
    }
    this.unsearched = 0;
    // A chunk with very many matches must not keep their memory for as long as the stream lives.
    if (this.rows.length > rowsKeptMax) this.rows = new Uint32Array(3 * 64);
    this.dropSearched();
    return matches;
  }

  private find(kept: Buffer): number {
    const found = this.matcher.find(kept, kept.length, this.rows, this.windowEnds);
    if (found * 3 <= this.rows.length) return found;
    this.rows = new Uint32Array(found * 3);
    return this.matcher.find(kept, kept.length, this.rows, this.windowEnds);
  }

  /** Whether bytes to come cannot change this match. Once one is open, so are the pattern's later ones. */
  private isDecided(pattern: number, start: number, open: Set<number>): boolean {
    if (this.isRegex[pattern] === 0) return this.onlyAtEnd[pattern] === 0;
    // The last character may be incomplete, hence the context's margin.
    const decided = start + this.windowBytes + CONTEXT_BYTES <= this.kept.length && !open.has(pattern);
    if (!decided) open.add(pattern);
    return decided;
  }

  private dropSearched(): void {
    const { kept, windowBytes } = this;
    let from = kept.length - windowBytes - 2 * CONTEXT_BYTES;
    if (from <= 0) return;
    // Begin at a whole character; a run of four continuation bytes is not one.
    for (let back = 0; back < 3 && (kept[from]! & 0xc0) === 0x80; back++) from--;
    if (from <= 0) return;
    this.kept = Buffer.from(kept.subarray(from));
    this.base += from;
  }
}

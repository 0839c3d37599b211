/** Where in the haystack a literal must lie, as a number that crosses the boundary. */
export const anchorBits = { anywhere: 0, start: 1, end: 2, whole: 3 } as const;

export interface LiteralProgram {
  /** Never empty. */
  readonly bytes: Uint8Array;
  /** ASCII letters of either case are the same. */
  readonly ignoreCase: boolean;
  readonly anchor: keyof typeof anchorBits;
  readonly pattern: number;
}

export interface RegexProgram {
  /** In the canonical spelling that both engines read alike. */
  readonly source: string;
  readonly pattern: number;
}

/** Checked patterns. Numbers in `pattern` are unique over both lists. */
export interface PatternProgram {
  readonly literals: readonly LiteralProgram[];
  readonly regexes: readonly RegexProgram[];
}

/** A compiled program. Offsets are bytes, ends outside. */
export interface PatternMatcher {
  /** The haystack is the first `length` bytes, here and below: a view would cost more than the search. */
  isMatch(haystack: Uint8Array, length: number): boolean;
  /** Distinct patterns in ascending order; writes what fits in `out`, gives the number of all. */
  which(haystack: Uint8Array, length: number, out: Uint32Array): number;
  /**
   * Each pattern's own leftmost non-overlapping matches as rows `(pattern, start, end)`, sorted by
   * start, end, pattern; writes the rows that fit in `out`, gives the number of all.
   * `ends[pattern]` is where that pattern's search begins, what lies before being context only; an
   * empty array begins all at 0.
   */
  find(haystack: Uint8Array, length: number, out: Uint32Array, ends: Uint32Array): number;
  /**
   * The same for many haystacks in one buffer, `packed[offsets[i]..offsets[i + 1]]`, as rows
   * `(haystack, pattern, start, end)` with offsets from the haystack's own start.
   */
  findBatch(packed: Uint8Array, offsets: Uint32Array, out: Uint32Array): number;
}

/** Pattern matching. */
export interface MatchBackend {
  compilePatterns(program: PatternProgram): PatternMatcher;
}

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
  /** Flattens prefixes: the longest one decides, then the later one. */
  flattenPrefixes(columns: IpColumns): IpRows;
  openIpTable(table: IpTable): IpMatcher;
}

/** Prefixes in the order given; a later one of the same length wins. */
export interface IpColumns {
  /** 1 word for IPv4, 4 for IPv6, most significant first; no bits set beyond the length. */
  readonly words: 1 | 4;
  readonly starts: Uint32Array;
  readonly lengths: Uint8Array;
  /** From 1; 0 stands for "in no prefix". */
  readonly values: Uint32Array;
}

/** Rows by rising first address, beginning at 0; each holds up to the next. */
export interface IpRows {
  readonly starts: Uint32Array;
  readonly values: Uint32Array;
}

export interface IpTable {
  readonly v4: IpRows;
  readonly v6: IpRows;
}

/** Gives 0 for an address in no prefix, and for text that is no address. */
export interface IpMatcher {
  lookup(address: string): number;
  /** Sixteen bytes an address, network order, IPv4 as IPv4-mapped. */
  lookupPacked(addresses: Uint8Array, out: Uint32Array): void;
}

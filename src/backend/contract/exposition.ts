/** Words that describe one family in {@link ScrapeFrame.words}; the first `familyCount` records are these. */
export const familyWords = 20;

/** No such part. */
export const none = 0xffff_ffff;

/** How the samples of a family are laid out. */
export const layout = {
  /** One value a series. */
  single: 0,
  /** Bucket counts (not cumulated), the last for +Inf, then the sum. */
  buckets: 1,
  /** The sum; the counts are log-linear pages, folded into the bounds given. */
  logLinearBuckets: 2,
  /** The sum and the count over all time; quantiles come from the pages of each part of the window. */
  logLinearQuantiles: 3,
} as const;

/** Positions within a family's record. "At" of a text is its offset in `meta`. */
export const word = {
  layout: 0,
  headerAt: 1,
  headerLength: 2,
  /** The family's name: `_bucket`, `_sum`, `_count` and `_created` are put after it. */
  nameAt: 3,
  nameLength: 4,
  /** The name of the samples of a `single` layout. */
  sampleAt: 5,
  sampleLength: 6,
  seriesCount: 7,
  /** Index in `words` of each series' label text: place, length. A length of {@link none}: no series. */
  refsAt: 8,
  /** Index in `numbers` of the first value, and values a series. */
  valuesAt: 9,
  stride: 10,
  /** Index in `words` of the texts of `le` or `quantile`: at, length. */
  boundsAt: 11,
  boundCount: 12,
  /** Index in `numbers` of creation times in seconds, or {@link none}. */
  createdAt: 13,
  /** Index in `words` of exemplars, by rising key (series × slots + slot): key, at, length. */
  exemplarsAt: 14,
  exemplarCount: 15,
  /** Index in `words` of the page numbers: `ways` directories a series. Page 0 is none. */
  directoryAt: 16,
  /** Index in `numbers` of the pages. */
  pagesAt: 17,
  ways: 18,
  /** Index in `numbers`: the last bucket at or below each bound, or each quantile. */
  limitsAt: 19,
} as const;

/**
 * All that a scrape shows, copied out of the live columns, so that it can be written by another
 * thread. A family's label texts stay where they are: their segments never change.
 */
export interface ScrapeFrame {
  readonly familyCount: number;
  readonly words: Uint32Array;
  readonly numbers: Float64Array;
  /** UTF-8: headers, names, bounds, exemplars. */
  readonly meta: Uint8Array;
  /** UTF-8: label texts; a place is 12 bits of segment and 20 bits of offset. */
  readonly segments: readonly Uint8Array[];
  /** Whether `# EOF` ends the text, as OpenMetrics wants it. */
  readonly endMark: boolean;
}

export interface ExpositionBackend {
  /** Writes Prometheus or OpenMetrics text. Native: on another thread. Portable: in parts, between which the loop runs. */
  serialise(frame: ScrapeFrame): Promise<Uint8Array>;
}

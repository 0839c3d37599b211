/** One indicator as a feed gives it. What it does not say comes from the feed's own settings. */
export interface FeedEntry {
  readonly text: string;
  readonly category?: string;
  /** 0 to 100. */
  readonly score?: number;
  /** 0 to 1. */
  readonly confidence?: number;
  readonly expiresMs?: number;
}

/** A format that feeds are read in. */
export type FeedFormat = 'plain' | 'csv' | 'stix' | 'misp';

/** Which columns of a CSV feed hold what. */
export interface CsvColumns {
  /** Name in the header line, or 0-based number where there is none. */
  readonly indicator: string | number;
  readonly category?: string | number;
  readonly score?: string | number;
  readonly confidence?: string | number;
  /** Default `,`. */
  readonly delimiter?: string;
}

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

export type FeedFormat = 'plain' | 'csv' | 'stix' | 'misp';

export interface CsvColumns {
  /** Name in the header line, or 0-based number where there is none. */
  readonly indicator: string | number;
  readonly category?: string | number;
  readonly score?: string | number;
  readonly confidence?: string | number;
  /** Default `,`. */
  readonly delimiter?: string;
}

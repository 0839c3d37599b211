/** How a limit counts. `gcra` and `token-bucket` smooth; `sliding-window` counts the last span. */
export type LimitAlgorithm = 'gcra' | 'token-bucket' | 'sliding-window';

/** A rate, and how it is counted. */
export interface Limit {
  readonly algorithm: LimitAlgorithm;
  /** Requests allowed in a span. */
  readonly requests: number;
  readonly spanMs: number;
  /** Requests that may come at once, `gcra` and `token-bucket`. Default: `requests`. */
  readonly burst: number;
}

/** Whether a key may go on, and how much it has left. */
export interface LimitDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** Requests left before the limit bites. */
  readonly remaining: number;
  /** When to try again; 0 where allowed. */
  readonly retryAfterMs: number;
  /** When the key is as if it had never come. */
  readonly resetAfterMs: number;
}

/** Where limits are counted: this process, or a fleet's Redis. */
export interface LimitStore {
  /**
   * Takes `cost` from what `key` has left, in one step.
   *
   * @param nowMs Milliseconds since the epoch; a shared store may go by its own clock.
   */
  consume(key: string, cost: number, limit: Limit, nowMs: number): LimitDecision | Promise<LimitDecision>;
  /** Forgets what a key has used. */
  reset(key: string): void | Promise<void>;
}

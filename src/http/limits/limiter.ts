import { invalidArgument } from '../../errors.ts';
import { MemoryWindows } from './memory.ts';

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

/** Settings of {@link RateLimiter}. */
export interface RateLimiterOptions {
  readonly requests: number;
  readonly spanMs: number;
  /** Default `gcra`. */
  readonly algorithm?: LimitAlgorithm;
  readonly burst?: number;
  /** Default: a store of this process, of 100,000 keys. */
  readonly store?: LimitStore;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
}

/** Counts what a key uses and says when it is too much. */
export class RateLimiter {
  readonly limit: Limit;
  readonly #store: LimitStore;
  readonly #clock: () => number;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a rate that is none. */
  constructor(options: RateLimiterOptions) {
    const { requests, spanMs, algorithm = 'gcra', burst = requests } = options;
    for (const [name, value] of Object.entries({ requests, spanMs, burst })) {
      if (!Number.isFinite(value) || value < 1) throw invalidArgument(name, 'a number of at least 1');
    }
    if (!['gcra', 'token-bucket', 'sliding-window'].includes(algorithm)) {
      throw invalidArgument('algorithm', 'gcra, token-bucket or sliding-window');
    }
    this.limit = { algorithm, requests, spanMs, burst };
    this.#store = options.store ?? new MemoryWindows();
    this.#clock = options.clock ?? Date.now;
  }

  /** Takes `cost` from what `key` may use. With a store of this process the answer comes at once. */
  consume(key: string, cost = 1): LimitDecision | Promise<LimitDecision> {
    if (!Number.isFinite(cost) || cost < 0) throw invalidArgument('cost', 'a number of at least 0');
    return this.#store.consume(key, cost, this.limit, this.#clock());
  }

  /** Gives a key its whole allowance back. */
  reset(key: string): void | Promise<void> {
    return this.#store.reset(key);
  }
}

import { invalidArgument } from '../../errors.ts';
import type { Limit, LimitAlgorithm, LimitDecision, LimitStore } from './limit.ts';
import { MemoryWindows } from './memory.ts';

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

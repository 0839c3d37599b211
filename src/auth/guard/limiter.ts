import { LRUCache } from 'lru-cache';

/** How failures turn into waiting. */
export interface BackOff {
  /** Failures that cost nothing. */
  readonly free: number;
  /** The wait after the next one, in milliseconds; it doubles with each further one. */
  readonly firstMs: number;
  /** The longest wait, in milliseconds. */
  readonly longestMs: number;
  /** After so long without a failure all is forgotten, in milliseconds. */
  readonly forgetMs: number;
}

interface Count {
  failures: number;
  lastMs: number;
  openMs: number;
}

/**
 * Failures by key, with a wait that doubles and has an end. Attempts during a wait are not counted, so
 * that nobody can lengthen it from outside. A bounded number of keys is kept.
 */
export class BackOffLimiter {
  readonly #backOff: BackOff;
  readonly #counts: LRUCache<string, Count>;

  constructor(backOff: BackOff, maxKeys: number) {
    this.#backOff = backOff;
    this.#counts = new LRUCache({ max: maxKeys });
  }

  /** How long the key has to wait yet, in milliseconds; 0 where it may try. */
  waitMs(key: string, nowMs: number): number {
    const count = this.#recall(key, nowMs);
    return count === undefined ? 0 : Math.max(0, count.openMs - nowMs);
  }

  /** Counts a failure; tells the wait that it brings, 0 for none. */
  fail(key: string, nowMs: number): number {
    const { free, firstMs, longestMs } = this.#backOff;
    const count = this.#recall(key, nowMs) ?? { failures: 0, lastMs: nowMs, openMs: 0 };
    count.failures++;
    count.lastMs = nowMs;
    const beyond = count.failures - free;
    const waitMs = beyond <= 0 ? 0 : Math.min(longestMs, firstMs * 2 ** Math.min(beyond - 1, 40));
    count.openMs = nowMs + waitMs;
    this.#counts.set(key, count);
    return waitMs;
  }

  /** Takes a failure back, with the wait it brought: for an attempt that did not fail after all. */
  forgive(key: string): void {
    const count = this.#counts.get(key);
    if (!count) return;
    count.failures = Math.max(0, count.failures - 1);
    count.openMs = 0;
    if (count.failures === 0) this.#counts.delete(key);
  }

  clear(key: string): void {
    this.#counts.delete(key);
  }

  #recall(key: string, nowMs: number): Count | undefined {
    const count = this.#counts.get(key);
    if (!count || nowMs - count.lastMs < this.#backOff.forgetMs) return count;
    this.#counts.delete(key);
    return undefined;
  }
}

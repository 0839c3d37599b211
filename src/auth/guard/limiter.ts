import { spanMs, wholeNumber } from '../arguments.ts';
import type { Counters } from './counters.ts';

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

/** Failures of one key. */
export interface Failures {
  readonly failures: number;
  /** Until when the key has to wait, in milliseconds since the epoch. */
  readonly openMs: number;
}

/** An attempt was counted, or has to wait. */
export interface Attempt {
  /** How long until the next attempt is heard, in milliseconds; 0 where this one was. */
  readonly waitMs: number;
  /** The wait that this attempt brings if it fails, in milliseconds; 0 for none. */
  readonly lockMs: number;
}

/**
 * Failures by key, with a wait that doubles and has an end. Attempts during a wait are not counted, so
 * that nobody can lengthen it from outside.
 */
export class BackOffLimiter {
  readonly #backOff: BackOff;
  readonly #counters: Counters<Failures>;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for numbers by which nobody would ever wait, or for no time. */
  constructor(backOff: BackOff, counters: Counters<Failures>) {
    wholeNumber('free', backOff.free, 0, 1_000_000);
    const { firstMs, longestMs, forgetMs } = backOff;
    for (const [key, value] of Object.entries({ firstMs, longestMs, forgetMs })) spanMs(key, value);
    this.#backOff = backOff;
    this.#counters = counters;
  }

  /** How long the key has to wait yet, in milliseconds; 0 where it may try. */
  async waitMs(key: string, nowMs: number): Promise<number> {
    const count = await this.#counters.get(key, nowMs);
    return count === undefined ? 0 : Math.max(0, count.openMs - nowMs);
  }

  /**
   * Counts an attempt as failed, unless the key has to wait: asked and counted in one step, so that many at
   * a time have no more tries than one after another.
   */
  async attempt(key: string, nowMs: number): Promise<Attempt> {
    const { free, firstMs, longestMs, forgetMs } = this.#backOff;
    let attempt: Attempt = { waitMs: 0, lockMs: 0 };
    await this.#counters.change(key, nowMs, forgetMs, (count = { failures: 0, openMs: 0 }) => {
      const waitMs = Math.max(0, count.openMs - nowMs);
      const failures = count.failures + 1;
      const beyond = failures - free;
      const lockMs = beyond <= 0 ? 0 : Math.min(longestMs, firstMs * 2 ** Math.min(beyond - 1, 40));
      attempt = waitMs > 0 ? { waitMs, lockMs: 0 } : { waitMs, lockMs };
      return waitMs > 0 ? count : { failures, openMs: nowMs + lockMs };
    });
    return attempt;
  }

  /** Takes a failure back, with the wait it brought: for an attempt that did not fail after all. */
  async forgive(key: string, nowMs: number): Promise<void> {
    await this.#counters.change(key, nowMs, this.#backOff.forgetMs, (count) =>
      count === undefined || count.failures <= 1 ? undefined : { failures: count.failures - 1, openMs: 0 },
    );
  }

  async clear(key: string, nowMs: number): Promise<void> {
    await this.#counters.change(key, nowMs, this.#backOff.forgetMs, () => undefined);
  }
}

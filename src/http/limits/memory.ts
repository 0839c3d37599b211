import { LRUCache } from 'lru-cache';
import { type LimitState, step } from './arithmetic.ts';
import type { Limit, LimitDecision, LimitStore } from './limit.ts';

/** Counts in this process. Holds `maxKeys` keys; the one not seen longest makes room. */
export class MemoryWindows implements LimitStore {
  readonly #states: LRUCache<string, LimitState>;

  /** Begins empty; holds `maxKeys` keys at most, by default 100,000. */
  constructor(maxKeys = 100_000) {
    this.#states = new LRUCache({ max: maxKeys });
  }

  /** Never waits: the decision is there at once. */
  consume(key: string, cost: number, limit: Limit, nowMs: number): LimitDecision {
    let state = this.#states.get(key);
    const fresh = state === undefined;
    if (state === undefined) {
      state = { a: 0, b: 0, c: 0 };
      this.#states.set(key, state);
    }
    const decision = step(state, fresh, cost, limit, nowMs);
    // A request refused at first sight (a cost above the limit) leaves nothing to remember.
    if (fresh && !decision.allowed && limit.algorithm === 'gcra') this.#states.delete(key);
    return decision;
  }

  /** Forgets what a key has used. */
  reset(key: string): void {
    this.#states.delete(key);
  }
}

import { setImmediate } from 'node:timers/promises';
import type { Figures } from './target.ts';

/** Measures one part of the engine under the active back end. */
export interface Probe {
  readonly name: string;
  /** Takes about `budgetMs`; leaves nothing open. */
  run(budgetMs: number): Promise<Figures>;
}

const windows = 5;

/**
 * Operations per second of calls that do `operations` each: the best of five windows, since whatever else runs on
 * the machine can only take time away. A call that gives a promise is waited for before the next, as a client waits
 * for its answer: calls that nobody waits for would pile up in memory, and would count without being done.
 */
export async function rate(budgetMs: number, operations: number, work: () => unknown): Promise<number> {
  const warmMs = budgetMs / 4;
  const warmStart = performance.now();
  let warmCalls = 0;
  for (; performance.now() - warmStart < warmMs; warmCalls++) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  // Quick calls share one look at the clock, so that it does not count.
  const burst = warmMs / warmCalls < 0.01 ? 64 : 1;
  let best = 0;
  for (let window = 0; window < windows; window++) {
    // Timers, finalisers and writes in the background have their turn, as in a service.
    await setImmediate();
    const start = performance.now();
    let calls = 0;
    let spentMs = 0;
    while (spentMs < budgetMs / windows) {
      for (let i = 0; i < burst; i++) {
        const result = work();
        if (result instanceof Promise) await result;
      }
      calls += burst;
      spentMs = performance.now() - start;
    }
    best = Math.max(best, calls / spentMs);
  }
  return best * operations * 1000;
}

/** The 99th percentile of single calls, in milliseconds. */
export async function p99(budgetMs: number, work: () => unknown): Promise<number> {
  const limit = 200_000;
  const spans = new Float64Array(limit);
  const warmUntil = performance.now() + budgetMs / 4;
  for (let result = work(); performance.now() < warmUntil; result = work()) await result;
  let count = 0;
  const until = performance.now() + budgetMs;
  for (let start = performance.now(); start < until && count < limit; start = performance.now()) {
    const result = work();
    if (result instanceof Promise) await result;
    spans[count++] = performance.now() - start;
  }
  const ascending = spans.subarray(0, count).sort();
  return ascending[Math.ceil(count * 0.99) - 1] ?? Number.NaN;
}

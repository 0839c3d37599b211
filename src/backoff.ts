/**
 * How long to wait before the next attempt, in milliseconds: `firstMs` after the first failure, doubled with each
 * one more, `mostMs` at most; of which a random half at most is taken off, so that many do not come back at once.
 *
 * @param failures Failures in a row so far, at least 1.
 * @param random From 0 to 1.
 */
export function backoffMs(failures: number, firstMs: number, mostMs: number, random = Math.random()): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 40)) * (0.5 + random / 2);
}

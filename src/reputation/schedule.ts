import { backoffMs } from '../backoff.ts';

/**
 * How long to wait before a feed is loaded again. After a load that succeeded: about `refreshMs`, a tenth more or less,
 * so that the processes of a fleet do not ask together. After `failures` in a row: `retryMs`, doubled with each, of
 * which a random half at most is taken off; never longer than `refreshMs`.
 */
export function waitMs(
  failures: number,
  refreshMs: number,
  retryMs: number,
  random: () => number = Math.random,
): number {
  if (failures === 0) return refreshMs * (0.9 + random() / 5);
  return backoffMs(failures, retryMs, refreshMs, random());
}

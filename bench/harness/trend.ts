import { median, normalTail } from './statistics.ts';

/** Theil–Sen slope: the median of the slopes between all pairs; spikes do not move it. */
export function slope(at: readonly number[], values: readonly number[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) {
      const span = (at[j] as number) - (at[i] as number);
      if (span > 0) slopes.push(((values[j] as number) - (values[i] as number)) / span);
    }
  }
  return slopes.length > 0 ? median(slopes) : 0;
}

/** Mann–Kendall, one-sided: the probability of so much rise in values that have no trend. */
export function riseProbability(values: readonly number[]): number {
  const n = values.length;
  let rising = 0;
  const seen = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    seen.set(values[i] as number, (seen.get(values[i] as number) ?? 0) + 1);
    for (let j = i + 1; j < n; j++) rising += Math.sign((values[j] as number) - (values[i] as number));
  }
  let ties = 0;
  for (const count of seen.values()) ties += count * (count - 1) * (2 * count + 5);
  const variance = (n * (n - 1) * (2 * n + 5) - ties) / 18;
  return variance > 0 ? normalTail((rising - Math.sign(rising)) / Math.sqrt(variance)) : 1;
}

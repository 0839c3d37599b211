/** A copy in ascending order. */
export const sorted = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

/** Quantile of ascending values, interpolated linearly between neighbours (Hyndman & Fan type 7). */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  if (ascending.length === 0) return Number.NaN;
  const at = (ascending.length - 1) * q;
  const low = ascending[Math.floor(at)] as number;
  const high = ascending[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: ArrayLike<number>): number => quantile(sorted(values), 0.5);

export function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total / values.length;
}

/** Sample standard deviation. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/** A small repeatable generator of numbers in [0, 1) (mulberry32): equal data give equal verdicts. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

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

/**
 * Mann–Whitney U, one-sided: the probability of values of `larger` this much above those of
 * `smaller` if both came from one distribution. Exact without ties up to 400 pairs, else the normal
 * approximation with tie correction (Mann & Whitney 1947).
 */
export function mannWhitney(larger: readonly number[], smaller: readonly number[]): number {
  const [m, n] = [larger.length, smaller.length];
  if (m === 0 || n === 0) return 1;
  let u = 0;
  for (const x of larger) for (const y of smaller) u += x > y ? 1 : x === y ? 0.5 : 0;
  const pooled = sorted([...larger, ...smaller]);
  const ties = tieTerm(pooled);
  if (ties === 0 && m * n <= 400) return exactTail(m, n, u);
  const total = m + n;
  const variance = ((m * n) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (variance <= 0) return 1;
  return normalTail((u - 0.5 - (m * n) / 2) / Math.sqrt(variance));
}

function tieTerm(ascending: Float64Array): number {
  let term = 0;
  for (let i = 0; i < ascending.length; ) {
    let j = i;
    while (ascending[j] === ascending[i]) j++;
    term += (j - i) ** 3 - (j - i);
    i = j;
  }
  return term;
}

/** P(U ≥ u) by counting: how many of the orders of m and n values have each U. */
function exactTail(m: number, n: number, u: number): number {
  let counts: number[][] = Array.from({ length: n + 1 }, () => [1]);
  for (let i = 1; i <= m; i++) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= n; j++) {
      // The largest value is one of the m (it beats all j of the others) or one of the n.
      const row = new Array<number>(i * j + 1).fill(0);
      const withLarger = counts[j] as number[];
      const withSmaller = next[j - 1] as number[];
      for (let k = 0; k < withLarger.length; k++)
        row[k + j] = (row[k + j] as number) + (withLarger[k] as number);
      for (let k = 0; k < withSmaller.length; k++) row[k] = (row[k] as number) + (withSmaller[k] as number);
      next.push(row);
    }
    counts = next;
  }
  const row = counts[n] as number[];
  const all = row.reduce((sum, count) => sum + count, 0);
  return row.slice(Math.ceil(u)).reduce((sum, count) => sum + count, 0) / all;
}

/** Upper tail of the standard normal distribution (Abramowitz & Stegun 26.2.17, error < 7.5e-8). */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return series * Math.exp((-z * z) / 2) * 0.3989422804014327;
}

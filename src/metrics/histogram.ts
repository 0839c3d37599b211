import { layout } from '../backend/contract/exposition.ts';
import { invalidArgument } from '../errors.ts';
import { BoundIndex } from './bound-index.ts';
import { type Exemplar, ExemplarStore } from './exemplars.ts';
import type { FamilyHost, MetricOptions } from './family.ts';
import { HistogramSeries } from './histogram-series.ts';
import { Observer, type ObserverSeries } from './observer.ts';

/** Bounds in seconds for requests from 5 ms to 10 s, as Prometheus clients have them. */
export const defaultBuckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface HistogramOptions<L extends string = string> extends MetricOptions<L> {
  /** Upper bounds, rising, without +Inf. Default: {@link defaultBuckets}. */
  readonly buckets?: readonly number[];
}

/** Counts observations in fixed buckets. For percentiles within 1 % see {@link ExponentialHistogram}. */
export class Histogram<L extends string = string> extends Observer<L> {
  readonly type = 'histogram';
  readonly layout = layout.buckets;
  /** Upper bounds, without +Inf. */
  declare readonly bounds: Float64Array;
  declare private readonly index: BoundIndex;

  /** Made by {@link Registry.histogram}. @internal */
  constructor(options: HistogramOptions<L>, host: FamilyHost) {
    const bounds = checkedBounds(options.buckets ?? defaultBuckets);
    super('histogram', options, host, bounds.length + 2);
    this.bounds = bounds;
    this.index = new BoundIndex(bounds);
    if (this.labelNames.length === 0) this.seriesOf([]);
  }

  /** @internal */
  record(id: number, value: number): void {
    // imul, since a product of numbers is taken in doubles.
    this.recordAt(Math.imul(id, this.stride), value);
  }

  /** Records to the series whose values begin at a place. @internal */
  recordAt(at: number, value: number): void {
    if (!(value < Infinity && value > -Infinity)) {
      this.reject();
      return;
    }
    const { values } = this;
    values[at + this.index.find(value)]! += 1;
    values[at + this.stride - 1]! += value;
  }

  /** @internal */
  recordExemplar(id: number, value: number, exemplar: Exemplar): void {
    this.record(id, value);
    if (!Number.isFinite(value)) return;
    this.exemplars ??= new ExemplarStore(this.bounds.length + 1);
    this.keepExemplar(id, this.index.find(value), value, exemplar);
  }

  /** @internal */
  countOf(id: number): number {
    let count = 0;
    for (let i = 0; i <= this.bounds.length; i++) count += this.values[id * this.stride + i]!;
    return count;
  }

  /** @internal */
  sumOf(id: number): number {
    return this.values[id * this.stride + this.bounds.length + 1]!;
  }

  /** Linear within the bucket, as `histogram_quantile` has it; the last bound for what lies above. @internal */
  quantileOf(id: number, q: number): number {
    const rank = q * this.countOf(id);
    if (!(rank >= 0) || this.countOf(id) === 0) return Number.NaN;
    let below = 0;
    for (let i = 0; i < this.bounds.length; i++) {
      const count = this.values[id * this.stride + i]!;
      if (count > 0 && below + count >= rank) {
        const lower = i === 0 ? Math.min(0, this.bounds[0]!) : this.bounds[i - 1]!;
        return lower + ((this.bounds[i]! - lower) * (rank - below)) / count;
      }
      below += count;
    }
    return this.bounds[this.bounds.length - 1] ?? Number.NaN;
  }

  /** @internal */
  protected override handle(values: readonly string[]): ObserverSeries {
    return new HistogramSeries(this, values);
  }
}

/** Bounds `start, start + width, …`. */
export function linearBuckets(start: number, width: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + width * i);
}

/** Bounds `start, start × factor, …`. */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start * factor ** i);
}

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` unless the bounds are finite and rise. */
export function checkedBounds(bounds: readonly number[]): Float64Array {
  if (bounds.length > 1024) throw invalidArgument('buckets', 'at most 1024 bounds');
  for (const [i, bound] of bounds.entries()) {
    if (!Number.isFinite(bound) || (i > 0 && bound <= bounds[i - 1]!)) {
      throw invalidArgument(`buckets[${i}]`, `finite and above the bound before it, not ${bound}`);
    }
  }
  return Float64Array.from(bounds);
}

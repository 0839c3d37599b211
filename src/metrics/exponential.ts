import { layout } from '../backend/contract/exposition.ts';
import { type Exemplar, ExemplarStore } from './exemplars.ts';
import { ExponentialSeries } from './exponential-series.ts';
import type { FamilyHost, MetricOptions } from './family.ts';
import { checkedBounds } from './histogram.ts';
import { bucketOf, bucketWithin, isOnScale, LogLinearPages } from './log-linear.ts';
import { Observer, type ObserverSeries } from './observer.ts';

/** Powers of two from 61 µs to 64 s: edges of the scale, so that the counts shown are exact. */
export const exponentialBounds: readonly number[] = Array.from({ length: 21 }, (_, i) => 2 ** (i - 14));

export interface ExponentialHistogramOptions<L extends string = string> extends MetricOptions<L> {
  /**
   * Bounds that the text formats show, rising. Powers of two are exact; another bound counts
   * the whole 1/64 step that it lies in. Default: {@link exponentialBounds}.
   */
  readonly buckets?: readonly number[];
}

/**
 * Counts observations ≥ 0 on a log-linear scale: every quantile from 2⁻³² to 2⁴⁸ within 1/128
 * (0.8 %) of the true value, and histograms merge without loss. Costs 0.3 kB a series and 0.3 kB for
 * each power of two that it has seen.
 */
export class ExponentialHistogram<L extends string = string> extends Observer<L> {
  readonly type = 'histogram';
  readonly layout = layout.logLinearBuckets;
  readonly bounds: Float64Array;
  /** @internal */
  readonly pages: LogLinearPages;

  /** Made by {@link Registry.exponentialHistogram}. @internal */
  constructor(options: ExponentialHistogramOptions<L>, host: FamilyHost) {
    super('histogram', options, host, 1);
    this.bounds = checkedBounds(options.buckets ?? exponentialBounds);
    this.pages = new LogLinearPages(host.columns, () => host.changed(this));
    if (this.labelNames.length === 0) this.seriesOf([]);
  }

  /** @internal */
  record(id: number, value: number): void {
    const bucket = bucketWithin(value);
    if (isOnScale(bucket)) {
      this.values[id]! += value;
      this.pages.increment(id, bucket);
    } else {
      this.#recordBeside(id, value);
    }
  }

  /** A value that is not on the scale. */
  #recordBeside(id: number, value: number): void {
    if (!(value >= 0 && value < Infinity)) {
      this.reject();
      return;
    }
    this.values[id]! += value;
    this.pages.add(id, bucketOf(value), 1);
  }

  /** @internal */
  recordExemplar(id: number, value: number, exemplar: Exemplar): void {
    this.record(id, value);
    if (!(value >= 0 && value < Infinity)) return;
    this.exemplars ??= new ExemplarStore(this.bounds.length + 1);
    const bucket = bucketOf(value);
    let slot = 0;
    while (slot < this.bounds.length && bucket > this.limit(slot)) slot++;
    this.keepExemplar(id, slot, value, exemplar);
  }

  /** The last bucket that counts for a bound. @internal */
  limit(bound: number): number {
    const value = this.bounds[bound]!;
    return value < 0 ? -1 : bucketOf(value);
  }

  /** @internal */
  countOf(id: number): number {
    return this.pages.count([id]);
  }

  /** @internal */
  sumOf(id: number): number {
    return this.values[id]!;
  }

  /** @internal */
  quantileOf(id: number, q: number): number {
    return this.pages.quantile([id], q);
  }

  /** Adds all that another histogram has counted, series by series. Nothing is lost: the scale is the same. */
  merge(other: ExponentialHistogram<L>): void {
    for (let from = 0; from < other.table.end; from++) {
      if (!other.table.isAlive(from)) continue;
      const id = this.seriesOf(other.table.valuesOf(from));
      this.values[id]! += other.values[from]!;
      this.pages.merge(id, other.pages, from);
    }
  }

  override zero(): void {
    super.zero();
    for (let id = 0; id < this.table.end; id++) this.pages.clear(id);
  }

  override get bytes(): number {
    return super.bytes + this.pages.bytes;
  }

  protected override move(capacity: number): void {
    super.move(capacity);
    this.pages.moveDirectory(capacity);
  }

  /** @internal */
  protected override handle(values: readonly string[]): ObserverSeries {
    return new ExponentialSeries(this, values);
  }

  /** @internal */
  protected override dropSeries(id: number): void {
    this.pages.clear(id);
    super.dropSeries(id);
  }
}

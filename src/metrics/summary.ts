import { layout } from '../backend/contract/exposition.ts';
import { invalidArgument } from '../errors.ts';
import type { Exemplar } from './exemplars.ts';
import type { FamilyHost, MetricOptions } from './family.ts';
import { bucketOf, LogLinearPages } from './log-linear.ts';
import { Observer } from './observer.ts';

export interface SummaryOptions<L extends string = string> extends MetricOptions<L> {
  /** Quantiles shown, 0 to 1. Default: 0.5, 0.95, 0.99, 0.999. */
  readonly quantiles?: readonly number[];
  /** Span that the quantiles speak of, in milliseconds. Default: 60 000. */
  readonly windowMs?: number;
  /** Parts that the window moves on by, 2 to 60. Default: 5. */
  readonly windowParts?: number;
  /** The clock, in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Quantiles over a sliding window, within 0.8 % as those of {@link ExponentialHistogram}; the sum and the
 * count are over all time. The window forgets in parts: it spans between `windowMs` less one part and `windowMs`.
 */
export class Summary<L extends string = string> extends Observer<L> {
  readonly type = 'summary';
  readonly layout = layout.logLinearQuantiles;
  readonly quantiles: Float64Array;
  /** Directories a series. @internal */
  readonly ways: number;
  /** @internal */
  readonly pages: LogLinearPages;
  readonly #partMs: number;
  readonly #now: () => number;
  #part: number;

  /** Made by {@link Registry.summary}. @internal */
  constructor(options: SummaryOptions<L>, host: FamilyHost) {
    super('summary', options, host, 2);
    const { quantiles = [0.5, 0.95, 0.99, 0.999], windowMs = 60_000, windowParts = 5 } = options;
    if (!quantiles.every((q) => q >= 0 && q <= 1)) throw invalidArgument('quantiles', 'from 0 to 1');
    if (!(windowMs > 0)) throw invalidArgument('windowMs', 'above 0');
    if (!Number.isInteger(windowParts) || windowParts < 2 || windowParts > 60) {
      throw invalidArgument('windowParts', 'an integer from 2 to 60');
    }
    this.quantiles = Float64Array.from(new Set(quantiles)).sort();
    this.ways = windowParts;
    this.#partMs = windowMs / windowParts;
    this.#now = options.now ?? (() => performance.now());
    this.#part = Math.floor(this.#now() / this.#partMs);
    this.pages = new LogLinearPages(host.columns, () => host.changed(this));
    this.pages.moveDirectory(4 * windowParts);
    if (this.labelNames.length === 0) this.seriesOf([]);
  }

  /** @internal */
  record(id: number, value: number): void {
    if (!(value >= 0 && value < Infinity)) {
      this.reject();
      return;
    }
    this.advance();
    this.values[id * 2]! += value;
    this.values[id * 2 + 1]! += 1;
    this.pages.add(id * this.ways + (this.#part % this.ways), bucketOf(value), 1);
  }

  /** OpenMetrics has no exemplars on summaries: records the value alone. @internal */
  recordExemplar(id: number, value: number, _exemplar: Exemplar): void {
    this.record(id, value);
  }

  /** Forgets the parts of the window that have gone by. @internal */
  advance(): void {
    const part = Math.floor(this.#now() / this.#partMs);
    if (part === this.#part) return;
    for (let next = Math.max(this.#part + 1, part - this.ways + 1); next <= part; next++) {
      for (let id = 0; id < this.table.end; id++) this.pages.clear(id * this.ways + (next % this.ways));
    }
    this.#part = part;
  }

  /** @internal */
  countOf(id: number): number {
    return this.values[id * 2 + 1]!;
  }

  /** @internal */
  sumOf(id: number): number {
    return this.values[id * 2]!;
  }

  /** @internal */
  quantileOf(id: number, q: number): number {
    this.advance();
    return this.pages.quantile(
      Array.from({ length: this.ways }, (_, way) => id * this.ways + way),
      q,
    );
  }

  /** The window of a series as (bucket, count) pairs. @internal */
  windowCounts(id: number): [number, number][] {
    const counts = new Map<number, number>();
    for (let way = 0; way < this.ways; way++) {
      for (const [bucket, count] of this.pages.counts(id * this.ways + way)) {
        counts.set(bucket, (counts.get(bucket) ?? 0) + count);
      }
    }
    return [...counts].sort((a, b) => a[0] - b[0]);
  }

  /** Adds to a bucket of the window's current part. @internal */
  addToWindow(id: number, bucket: number, count: number): void {
    this.pages.add(id * this.ways + (this.#part % this.ways), bucket, count);
  }

  override zero(): void {
    super.zero();
    for (let row = 0; row < this.table.end * this.ways; row++) this.pages.clear(row);
  }

  override get bytes(): number {
    return super.bytes + this.pages.bytes;
  }

  protected override move(capacity: number): void {
    super.move(capacity);
    this.pages.moveDirectory(capacity * this.ways);
  }

  /** @internal */
  protected override dropSeries(id: number): void {
    for (let way = 0; way < this.ways; way++) this.pages.clear(id * this.ways + way);
    super.dropSeries(id);
  }
}

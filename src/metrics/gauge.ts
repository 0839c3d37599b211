import { layout } from '../backend/contract/exposition.ts';
import { Family, type FamilyHost, type LabelValues, type MetricOptions } from './family.ts';
import { valuesOf } from './label-values.ts';
import { SpanTimer } from './timer.ts';

export interface GaugeOptions<L extends string = string> extends MetricOptions<L> {
  /** Called before each scrape, to set the gauge to what is true then. */
  readonly collect?: (gauge: Gauge<L>) => void;
}

/** A value that rises and falls. */
export class Gauge<L extends string = string> extends Family<L> {
  readonly type = 'gauge';
  readonly layout = layout.single;
  /** @internal */
  readonly collect: (() => void) | undefined;

  /** Made by {@link Registry.gauge}. @internal */
  constructor(options: GaugeOptions<L>, host: FamilyHost) {
    super('gauge', options, host, 1);
    const { collect } = options;
    this.collect = collect && (() => collect(this));
    if (this.labelNames.length === 0) this.seriesOf([]);
  }

  /**
   * Sets a series; without labels the only one. What is no number is counted in
   * `wolfsec_metrics_rejected_total`.
   */
  set(value: number): void;
  set(labels: LabelValues<L>, value: number): void;
  set(labels: LabelValues<L> | number, value = 0): void {
    if (typeof labels === 'number') this.write(this.seriesOf([]), labels);
    else this.write(this.seriesOfLabels(labels), value);
  }

  /** Adds `amount`, by default 1; it may be negative. One that is not finite is counted as what `set` rejects. */
  inc(amount?: number): void;
  inc(labels: LabelValues<L>, amount?: number): void;
  inc(labels: LabelValues<L> | number = 1, amount = 1): void {
    if (typeof labels === 'number') this.add(this.seriesOf([]), labels);
    else this.add(this.seriesOfLabels(labels), amount);
  }

  /** Takes `amount` away, by default 1. */
  dec(amount?: number): void;
  dec(labels: LabelValues<L>, amount?: number): void;
  dec(labels: LabelValues<L> | number = 1, amount = 1): void {
    if (typeof labels === 'number') this.inc(-labels);
    else this.inc(labels, -amount);
  }

  /** The series of some label values, in the order of the names or as an object. */
  labels(...values: (string | number | boolean)[]): GaugeSeries;
  labels(labels: LabelValues<L>): GaugeSeries;
  labels(
    first?: LabelValues<L> | string | number | boolean,
    second?: unknown,
    ...rest: unknown[]
  ): GaugeSeries {
    return new GaugeSeries(this, valuesOf(this, first, second, rest));
  }

  /** The value of a series, 0 where there is none. */
  value(labels: LabelValues<L> = {} as LabelValues<L>): number {
    const id = this.find(labels);
    return id < 0 ? 0 : this.values[id]!;
  }

  /** What is not finite would stay: no other amount brings a sum back from it. @internal */
  add(id: number, amount: number): void {
    if (Number.isFinite(amount)) this.values[id]! += amount;
    else this.reject();
  }

  /** @internal */
  override write(id: number, value: number): void {
    if (typeof value === 'number') this.values[id] = value;
    else this.reject();
  }
}

/** One series of a {@link Gauge}. */
export class GaugeSeries {
  readonly #family: Gauge<string>;
  readonly #values: readonly string[];
  #id: number;
  #epoch: number;

  /** Made by {@link Gauge.labels}. @internal */
  constructor(family: Gauge<string>, values: readonly string[]) {
    this.#family = family;
    this.#values = values;
    this.#id = family.seriesOf(values);
    this.#epoch = family.epoch;
  }

  /** Sets the value. What is no number is counted in `wolfsec_metrics_rejected_total`. */
  set(value: number): void {
    this.#family.write(this.#current(), value);
  }

  /** Adds `amount`, by default 1; it may be negative. */
  inc(amount = 1): void {
    this.#family.add(this.#current(), amount);
  }

  /** Takes `amount` away, by default 1. */
  dec(amount = 1): void {
    this.#family.add(this.#current(), -amount);
  }

  /** Sets the gauge to the seconds since, when the timer is stopped or disposed. */
  timer(): SpanTimer {
    return new SpanTimer((seconds) => this.set(seconds));
  }

  /** The value now. */
  get value(): number {
    return this.#family.values[this.#current()]!;
  }

  #current(): number {
    if (this.#epoch !== this.#family.epoch) {
      this.#id = this.#family.seriesOf(this.#values);
      this.#epoch = this.#family.epoch;
    }
    return this.#id;
  }
}

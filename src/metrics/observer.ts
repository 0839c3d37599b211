import type { Exemplar } from './exemplars.ts';
import { Family, type LabelValues } from './family.ts';
import { valuesOf } from './label-values.ts';
import { SpanTimer } from './timer.ts';

/** A metric that takes single observations: histograms and summaries. */
export abstract class Observer<L extends string = string> extends Family<L> {
  /**
   * Records one observation. What cannot be recorded (NaN; below zero where the scale begins there)
   * is counted in `wolfsec_metrics_rejected_total`.
   */
  observe(value: number): void;
  observe(labels: LabelValues<L>, value: number, exemplar?: Exemplar): void;
  observe(labels: LabelValues<L> | number, value = Number.NaN, exemplar?: Exemplar): void {
    if (typeof labels === 'number') this.record(this.seriesOf([]), labels);
    else if (exemplar) this.recordExemplar(this.seriesOfLabels(labels), value, exemplar);
    else this.record(this.seriesOfLabels(labels), value);
  }

  /** The series of some label values, in the order of the names or as an object. */
  labels(...values: (string | number | boolean)[]): ObserverSeries;
  labels(labels: LabelValues<L>): ObserverSeries;
  labels(
    first?: LabelValues<L> | string | number | boolean,
    second?: unknown,
    ...rest: unknown[]
  ): ObserverSeries {
    return new ObserverSeries(this, valuesOf(this, first, second, rest));
  }

  /** Starts a timer that observes its span in seconds when it is stopped or disposed. */
  timer(labels: LabelValues<L> = {} as LabelValues<L>): SpanTimer {
    return new SpanTimer((seconds) => this.record(this.seriesOfLabels(labels), seconds));
  }

  /** @internal */
  abstract record(id: number, value: number): void;
  /** @internal */
  abstract recordExemplar(id: number, value: number, exemplar: Exemplar): void;
  /** Observations so far. @internal */
  abstract countOf(id: number): number;
  /** @internal */
  abstract sumOf(id: number): number;
  /** The estimated value below which `q` of the observations lie. @internal */
  abstract quantileOf(id: number, q: number): number;

  /** Observations of a series, 0 where there is none. */
  count(labels: LabelValues<L> = {} as LabelValues<L>): number {
    const id = this.table.find(this.pick(labels));
    return id < 0 ? 0 : this.countOf(id);
  }

  /** The sum of the observations of a series, 0 where there is none. */
  sum(labels: LabelValues<L> = {} as LabelValues<L>): number {
    const id = this.table.find(this.pick(labels));
    return id < 0 ? 0 : this.sumOf(id);
  }

  /** A quantile (0 to 1) of a series; NaN where nothing was observed. */
  quantile(q: number, labels: LabelValues<L> = {} as LabelValues<L>): number {
    const id = this.table.find(this.pick(labels));
    return id < 0 ? Number.NaN : this.quantileOf(id, q);
  }
}

/** One series of a histogram or summary. */
export class ObserverSeries {
  readonly #family: Observer<string>;
  readonly #values: readonly string[];
  #id: number;
  #epoch: number;

  constructor(family: Observer<string>, values: readonly string[]) {
    this.#family = family;
    this.#values = values;
    this.#id = family.seriesOf(values);
    this.#epoch = family.epoch;
  }

  /** Records one observation; what cannot be recorded is counted in `wolfsec_metrics_rejected_total`. */
  observe(value: number): void {
    if (this.#epoch !== this.#family.epoch) this.#find();
    this.#family.record(this.#id, value);
  }

  /** Observes a value and keeps where it came from, as OpenMetrics shows it. */
  observeWithExemplar(value: number, exemplar: Exemplar): void {
    if (this.#epoch !== this.#family.epoch) this.#find();
    this.#family.recordExemplar(this.#id, value, exemplar);
  }

  /** Starts a timer that observes its span in seconds when it is stopped or disposed. */
  timer(): SpanTimer {
    return new SpanTimer((seconds) => this.observe(seconds));
  }

  /** Observations so far. */
  get count(): number {
    if (this.#epoch !== this.#family.epoch) this.#find();
    return this.#family.countOf(this.#id);
  }

  /** The sum of the observations so far. */
  get sum(): number {
    if (this.#epoch !== this.#family.epoch) this.#find();
    return this.#family.sumOf(this.#id);
  }

  /** A quantile, 0 to 1; NaN where nothing was observed. */
  quantile(q: number): number {
    if (this.#epoch !== this.#family.epoch) this.#find();
    return this.#family.quantileOf(this.#id, q);
  }

  #find(): void {
    this.#id = this.#family.seriesOf(this.#values);
    this.#epoch = this.#family.epoch;
  }
}

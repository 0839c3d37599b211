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
    return this.handle(valuesOf(this, first, second, rest));
  }

  /** @internal */
  protected handle(values: readonly string[]): ObserverSeries {
    return new ObserverSeries(this, values);
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
    const id = this.find(labels);
    return id < 0 ? 0 : this.countOf(id);
  }

  /** The sum of the observations of a series, 0 where there is none. */
  sum(labels: LabelValues<L> = {} as LabelValues<L>): number {
    const id = this.find(labels);
    return id < 0 ? 0 : this.sumOf(id);
  }

  /** A quantile (0 to 1) of a series; NaN where nothing was observed. */
  quantile(q: number, labels: LabelValues<L> = {} as LabelValues<L>): number {
    const id = this.find(labels);
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
    this.#family.record(this.current(), value);
  }

  /** Observes a value and keeps where it came from, as OpenMetrics shows it. */
  observeWithExemplar(value: number, exemplar: Exemplar): void {
    this.#family.recordExemplar(this.current(), value, exemplar);
  }

  /** Starts a timer that observes its span in seconds when it is stopped or disposed. */
  timer(): SpanTimer {
    return new SpanTimer((seconds) => this.observe(seconds));
  }

  /** Observations so far. */
  get count(): number {
    return this.#family.countOf(this.current());
  }

  /** The sum of the observations so far. */
  get sum(): number {
    return this.#family.sumOf(this.current());
  }

  /** A quantile, 0 to 1; NaN where nothing was observed. */
  quantile(q: number): number {
    return this.#family.quantileOf(this.current(), q);
  }

  /** The id of the series, which is made anew if it was removed. */
  protected current(): number {
    if (this.#epoch !== this.#family.epoch) {
      this.#id = this.#family.seriesOf(this.#values);
      this.#epoch = this.#family.epoch;
    }
    return this.#id;
  }
}

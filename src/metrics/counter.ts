import { layout } from '../backend/contract/exposition.ts';
import { type Exemplar, ExemplarStore } from './exemplars.ts';
import { Family, type FamilyHost, type LabelValues, type MetricOptions } from './family.ts';
import { valuesOf } from './label-values.ts';

/** What a cell reads whose series is counted elsewhere: in doubles, in a column moved to, or no more. */
const elsewhere = 0xffff_ffff;

/**
 * A value that only rises. Shown as `<name>_total`.
 *
 * A series' value is a double and a cell added up. Cells take whole amounts, since a sum of integers waits less long for
 * the store before it than one of doubles; what is no integer or above 31 bits goes to the double. In memory that another
 * thread reads all goes to the double: a cell that says elsewhere would hide from it what was counted.
 */
export class Counter<L extends string = string> extends Family<L> {
  readonly type = 'counter';
  readonly layout = layout.single;
  /** @internal */
  declare cells: Uint32Array;
  /** Whether any series counts in doubles; in shared memory all do from the start. */
  #doubles: boolean;

  /** Made by {@link Registry.counter}. @internal */
  constructor(options: MetricOptions<L>, host: FamilyHost) {
    super('counter', options, host, 1);
    this.#doubles = host.columns.shared;
    this.cells = new Uint32Array(this.createdSeconds.length).fill(elsewhere);
    if (this.labelNames.length === 0) this.seriesOf([]);
  }

  /**
   * Adds `amount` (default 1) to the series of `labels`. An amount that is negative or not finite is
   * not recorded, and counted in `wolfsec_metrics_rejected_total`.
   */
  inc(amount?: number): void;
  inc(labels: LabelValues<L>, amount?: number, exemplar?: Exemplar): void;
  inc(labels: LabelValues<L> | number = 1, amount = 1, exemplar?: Exemplar): void {
    if (typeof labels === 'number') this.add(this.seriesOf([]), labels);
    else this.add(this.seriesOfLabels(labels), amount, exemplar);
  }

  /** The series of some label values, in the order of the names or as an object: resolve once, count often. */
  labels(...values: (string | number | boolean)[]): CounterSeries;
  labels(labels: LabelValues<L>): CounterSeries;
  labels(
    first?: LabelValues<L> | string | number | boolean,
    second?: unknown,
    ...rest: unknown[]
  ): CounterSeries {
    return new CounterSeries(this, valuesOf(this, first, second, rest));
  }

  /** @internal */
  add(id: number, amount: number, exemplar?: Exemplar): void {
    if (!(amount >= 0 && amount < Infinity)) {
      this.reject();
      return;
    }
    const count = this.cells[id]! + amount;
    if (count === (count | 0)) this.cells[id] = count;
    else this.#addToDouble(id, amount);
    if (exemplar) {
      this.exemplars ??= new ExemplarStore(1);
      this.keepExemplar(id, 0, amount, exemplar);
    }
  }

  /** Takes over a total that is counted elsewhere; it never falls. */
  follow(labels: LabelValues<L>, total: number): void {
    const id = this.seriesOfLabels(labels);
    if (total > this.valueOf(id)) this.write(id, total);
  }

  /** The value of a series, 0 where there is none. */
  value(labels: LabelValues<L> = {} as LabelValues<L>): number {
    const id = this.find(labels);
    return id < 0 ? 0 : this.valueOf(id);
  }

  /** @internal */
  override valueOf(id: number): number {
    return this.values[id]! + this.#cellOf(id);
  }

  /** @internal */
  override write(id: number, value: number): void {
    this.values[id] = value - this.#cellOf(id);
    this.#doubles = true;
  }

  /** @internal */
  override copyValues(target: Float64Array, at: number, series: number): void {
    const { values, cells } = this;
    if (!this.#doubles) {
      target.set(cells.subarray(0, series), at);
      return;
    }
    for (let id = 0; id < series; id++) {
      const cell = cells[id]!;
      target[at + id] = cell === elsewhere ? values[id]! : values[id]! + cell;
    }
  }

  /** @internal */
  override zero(): void {
    super.zero();
    for (let id = 0; id < this.table.end; id++) if (this.table.isAlive(id)) this.begin(id);
  }

  override get bytes(): number {
    return super.bytes + this.cells.byteLength;
  }

  /** @internal */
  protected override move(capacity: number): void {
    super.move(capacity);
    const old = this.cells;
    this.cells = new Uint32Array(capacity).fill(elsewhere);
    this.cells.set(old);
    old.fill(elsewhere);
  }

  protected override begin(id: number): void {
    if (!this.host.columns.shared) this.cells[id] = 0;
  }

  /** @internal */
  protected override dropSeries(id: number): void {
    super.dropSeries(id);
    this.cells[id] = elsewhere;
  }

  #addToDouble(id: number, amount: number): void {
    this.values[id]! += amount;
    this.#doubles = true;
  }

  #cellOf(id: number): number {
    const cell = this.cells[id]!;
    return cell === elsewhere ? 0 : cell;
  }
}

/** One series of a {@link Counter}. It keeps the column of cells: one that was moved or dropped reads as elsewhere. */
export class CounterSeries {
  // Declared, not defined: see Family.
  /** @internal */
  declare private readonly family: Counter<string>;
  /** @internal */
  declare private readonly values: readonly string[];
  /** @internal */
  declare private id: number;
  /** @internal */
  declare private epoch: number;
  /** @internal */
  declare private cells: Uint32Array;

  /** Made by {@link Counter.labels}. @internal */
  constructor(family: Counter<string>, values: readonly string[]) {
    this.family = family;
    this.values = values;
    this.id = family.seriesOf(values);
    this.epoch = family.epoch;
    this.cells = family.cells;
  }

  /** Adds `amount`, by default 1. */
  inc(amount = 1): void {
    // As 32 bits, which come round to 0 from elsewhere, and below it from 2³¹ on.
    const count = (this.cells[this.id]! + 1) | 0;
    if (amount === 1 && count > 0) this.cells[this.id] = count;
    else this.family.add(this.current(), amount);
  }

  /** Adds `amount` and keeps where it came from, as OpenMetrics shows it. */
  incWithExemplar(exemplar: Exemplar, amount = 1): void {
    this.family.add(this.current(), amount, exemplar);
  }

  /** The count so far. */
  get value(): number {
    return this.family.valueOf(this.current());
  }

  /** The id of the series, which is made anew if it was removed. @internal */
  private current(): number {
    const { family } = this;
    if (this.epoch !== family.epoch) {
      this.id = family.seriesOf(this.values);
      this.epoch = family.epoch;
    }
    this.cells = family.cells;
    return this.id;
  }
}

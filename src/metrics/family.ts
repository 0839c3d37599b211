import type { layout } from '../backend/contract/exposition.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';
import { type Columns, moved } from './columns.ts';
import type { Exemplar, ExemplarStore } from './exemplars.ts';
import { labelText, shownValue } from './label-text.ts';
import { checkLabelNames, familyName, type MetricType } from './names.ts';
import { absent, SeriesTable } from './series-table.ts';
import type { TextArena } from './text-arena.ts';

/** How series of several threads or processes become one. */
export type Aggregation = 'sum' | 'min' | 'max' | 'average' | 'first' | 'omit';

/** What every metric is declared with. */
export interface MetricOptions<L extends string = string> {
  /** Prometheus name: `[a-zA-Z_:][a-zA-Z0-9_:]*`, unit last; `_total` and `_info` may be left out. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  /** Label names. Default: none. */
  readonly labels?: readonly L[];
  /** OpenMetrics unit, e.g. `seconds`; the name must end in it. */
  readonly unit?: string;
  /**
   * Label sets at most; what comes after shares one series whose labels all read `__overflow__`, and
   * is counted in `wolfsec_metrics_overflow_total`. Default: the registry's `seriesLimit`.
   */
  readonly seriesLimit?: number;
  /** How several threads and processes add up. Default: `sum`. */
  readonly aggregation?: Aggregation;
}

/** Label values by name, as one object. */
export type LabelValues<L extends string = string> = Readonly<Record<L, string | number | boolean>>;

/** What a family needs from its registry. */
export interface FamilyHost {
  readonly columns: Columns;
  readonly arena: TextArena;
  readonly seriesLimit: number;
  /** Label text that every series begins with, e.g. `service="api"`; may be empty. */
  readonly commonLabels: readonly [names: readonly string[], values: readonly string[]];
  overflowed(family: string): void;
  rejected(family: string): void;
  /** A family changed: it has the series `made` besides, lost some, or moved its columns. */
  changed(family: Family, made?: number): void;
}

/** What all series of an overflowing family read for each label. */
const overflowValue = '__overflow__';

/** The label of a series' place that is taken by none. */
const noSeries = 0xffff_ffff;

/** One metric with all its series. */
export abstract class Family<L extends string = string> {
  readonly name: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly labelNames: readonly L[];
  readonly aggregation: Aggregation;
  readonly seriesLimit: number;
  abstract readonly type: MetricType;
  abstract readonly layout: (typeof layout)[keyof typeof layout];
  // Declared, not defined: a defined field begins as undefined, and V8 then checks the kind of array at each use.
  /** Values, `stride` a series. @internal */
  declare values: Float64Array;
  /** When each series came to be, in seconds since the epoch. @internal */
  createdSeconds: Float64Array;
  /** Place and length of each series' label text. @internal */
  refs: Uint32Array;
  /** Rises when ids lose their meaning; a handle that is behind looks its series up again. @internal */
  epoch = 0;
  /** @internal */
  readonly table: SeriesTable;
  /** @internal */
  exemplars: ExemplarStore | undefined;
  protected readonly host: FamilyHost;
  /** @internal */
  readonly stride: number;
  #overflow = absent;

  /** @internal */
  constructor(type: MetricType, options: MetricOptions<L>, host: FamilyHost, stride: number) {
    const labels = options.labels ?? [];
    checkLabelNames([...host.commonLabels[0], ...labels], type);
    this.name = familyName(options.name, type, options.unit);
    this.help = options.help;
    this.unit = options.unit;
    this.labelNames = labels;
    this.aggregation = options.aggregation ?? 'sum';
    this.seriesLimit = options.seriesLimit ?? host.seriesLimit;
    if (!(this.seriesLimit >= 1)) throw invalidArgument('seriesLimit', 'at least 1');
    this.stride = stride;
    this.host = host;
    this.table = new SeriesTable(labels.length);
    this.values = host.columns.numbers(4 * stride);
    this.createdSeconds = host.columns.numbers(4);
    this.refs = new Uint32Array(8);
  }

  /** Series at present, the overflow series among them. */
  get size(): number {
    return this.table.size;
  }

  /** Forgets the series of a label set; recording to it again starts at zero. Tells whether there was one. */
  remove(labels: LabelValues<L>): boolean {
    const id = this.find(labels);
    if (id === absent) return false;
    this.dropSeries(id);
    return true;
  }

  /** Forgets all series. A metric without labels keeps its one, at zero. */
  reset(): void {
    for (let id = 0; id < this.table.end; id++) if (this.table.isAlive(id)) this.dropSeries(id);
    this.#recycle(this.createdSeconds.length);
    if (this.labelNames.length === 0) this.seriesOf([]);
  }

  /** The id of a label set, or -1. @internal */
  find(labels: LabelValues<L>): number {
    return this.table.find(this.pick(labels).map(shownValue));
  }

  /** The id of a label set, which is made if need be. @internal */
  seriesOf(values: readonly string[]): number {
    const id = this.table.find(values);
    return id === absent ? this.addSeries(values) : id;
  }

  /** @internal */
  seriesOf1(a: string): number {
    const id = this.table.find1(a);
    return id === absent ? this.addSeries([a]) : id;
  }

  /** @internal */
  seriesOf2(a: string, b: string): number {
    const id = this.table.find2(a, b);
    return id === absent ? this.addSeries([a, b]) : id;
  }

  /** The id of the series that an object of label values means. @internal */
  seriesOfLabels(labels: LabelValues<L>): number {
    const names = this.labelNames;
    if (names.length === 2) return this.seriesOf2(text(labels[names[0]!]), text(labels[names[1]!]));
    if (names.length === 1) return this.seriesOf1(text(labels[names[0]!]));
    return this.seriesOf(this.pick(labels));
  }

  /** What a series of a single value reads. @internal */
  valueOf(id: number): number {
    return this.values[id]!;
  }

  /** Gives a series of a single value another. @internal */
  write(id: number, value: number): void {
    this.values[id] = value;
  }

  /** Puts the values of the first `series` ids into `target`. @internal */
  copyValues(target: Float64Array, at: number, series: number): void {
    target.set(this.values.subarray(0, series * this.stride), at);
  }

  /** All labels of a series, those that every series carries among them. @internal */
  labelsOf(id: number): Record<string, string> {
    const [names, common] = this.host.commonLabels;
    const values = [...common, ...this.table.valuesOf(id)];
    return Object.fromEntries([...names, ...this.labelNames].map((name, i) => [name, values[i]!]));
  }

  /** Label values in the order of the names. @internal */
  pick(labels: LabelValues<L>): string[] {
    return this.labelNames.map((name) => text(labels[name]));
  }

  /** Puts all values to zero, the series stay. @internal */
  zero(): void {
    this.values.fill(0);
    this.exemplars?.clear();
  }

  /** Bytes of the live columns and tables. @internal */
  get bytes(): number {
    return this.values.byteLength + this.createdSeconds.byteLength + this.refs.byteLength + this.table.bytes;
  }

  /** Writes all label texts into a fresh arena. @internal */
  rewriteTexts(arena: TextArena): void {
    for (let id = 0; id < this.table.end; id++) {
      if (this.table.isAlive(id)) this.#writeText(id, this.table.valuesOf(id), arena);
    }
  }

  /** A value that cannot be recorded; counted, never thrown: a metric must not fail the request it counts. */
  protected reject(): void {
    this.host.rejected(this.name);
  }

  /** @internal */
  protected keepExemplar(id: number, slot: number, value: number, exemplar: Exemplar): void {
    this.exemplars?.keep(id, slot, value, exemplar);
  }

  /** @internal */
  protected dropSeries(id: number): void {
    this.host.arena.release(this.refs[id * 2 + 1]!);
    this.table.remove(id);
    this.refs[id * 2 + 1] = noSeries;
    this.values.fill(0, id * this.stride, (id + 1) * this.stride);
    this.exemplars?.drop(id);
    if (id === this.#overflow) this.#overflow = absent;
    this.epoch++;
    this.host.changed(this);
  }

  /** @internal */
  protected addSeries(values: readonly string[]): number {
    if (values.length !== this.labelNames.length) {
      throw new WolfsecError(
        'WOLFSEC_INVALID_ARGUMENT',
        `${this.name} takes ${this.labelNames.length} label values, not ${values.length}`,
      );
    }
    // Two that are shown alike are one series: text with the same labels twice is refused as a whole.
    const shown = values.map(shownValue);
    if (shown.some((value, i) => value !== values[i])) return this.seriesOf(shown);
    const full = this.table.size - (this.#overflow === absent ? 0 : 1) >= this.seriesLimit;
    const named = values.every((value) => value === overflowValue);
    if ((full || named) && values.length > 0) {
      if (full) this.host.overflowed(this.name);
      if (this.#overflow === absent) this.#overflow = this.#make(values.map(() => overflowValue));
      return this.#overflow;
    }
    return this.#make(values);
  }

  /** Moves all columns, to ones for `capacity` series. What handles keep of the old ones must send them back here. */
  protected move(capacity: number): void {
    const refs = new Uint32Array(capacity * 2);
    refs.set(this.refs);
    this.refs = refs;
    this.values = moved(this.host.columns, this.values, capacity * this.stride);
    this.createdSeconds = moved(this.host.columns, this.createdSeconds, capacity);
  }

  /** A series begins at this id. */
  protected begin(_id: number): void {}

  #make(values: readonly string[]): number {
    const capacity = this.createdSeconds.length;
    if (!this.table.fits(capacity)) {
      this.#recycle(this.table.size * 4 > capacity * 3 ? capacity * 2 : capacity);
    }
    const id = this.table.add(values);
    this.#writeText(id, values, this.host.arena);
    this.createdSeconds[id] = Date.now() / 1000;
    this.begin(id);
    this.host.changed(this, id);
    return id;
  }

  /** Gives ids out again: by a move, since a handle to a removed series may still write to its old place. */
  #recycle(capacity: number): void {
    this.move(capacity);
    this.table.recycle();
  }

  #writeText(id: number, values: readonly string[], arena: TextArena): void {
    const [names, common] = this.host.commonLabels;
    const place = arena.append(labelText([...names, ...this.labelNames], [...common, ...values]));
    this.refs[id * 2] = place.at;
    this.refs[id * 2 + 1] = place.length;
  }
}

/** A label value as text; what is missing reads as empty, which Prometheus takes for absent. */
export function text(value: string | number | boolean | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : String(value);
}

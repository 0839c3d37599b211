import type { ScrapeFrame } from '../backend/contract/exposition.ts';
import { activeBackend } from '../backend/select.ts';
import { invalidArgument } from '../errors.ts';
import { ownColumns, sharedColumns } from './columns.ts';
import { Counter } from './counter.ts';
import { ExponentialHistogram, type ExponentialHistogramOptions } from './exponential.ts';
import type { Family, FamilyHost, MetricOptions } from './family.ts';
import { type TextFormat, takeFrame } from './frame.ts';
import { Gauge, type GaugeOptions } from './gauge.ts';
import { Histogram, type HistogramOptions } from './histogram.ts';
import { checkLabelNames, sampleNames } from './names.ts';
import { contentTypes, negotiate } from './negotiate.ts';
import { type RegistrySnapshot, snapshotOf } from './snapshot.ts';
import { Info, StateSet, type StateSetOptions } from './state.ts';
import { Summary, type SummaryOptions } from './summary.ts';
import { TextArena } from './text-arena.ts';

/** Settings of {@link Registry}. */
export interface RegistryOptions {
  /** Series a metric may have unless it says otherwise. Default: 10 000. */
  readonly seriesLimit?: number;
  /** Labels that every series carries, e.g. `{ service: 'api' }`. Default: none. */
  readonly commonLabels?: Readonly<Record<string, string>>;
  /** Keep values in shared memory, for a thread whose series another thread scrapes. Default: false. */
  readonly shared?: boolean;
}

/** What a scrape answers. */
export interface Scrape {
  /** For the `Content-Type` header. */
  readonly contentType: string;
  /** UTF-8 text. */
  readonly body: Uint8Array;
}

/** Metrics by name, shown together. */
export class Registry {
  readonly #families = new Map<string, Family>();
  /** Sample names taken, and by which family. */
  readonly #taken = new Map<string, string>();
  readonly #collectors = new Set<() => void>();
  readonly #watchers = new Set<(family: Family, made?: number) => void>();
  readonly #host: FamilyHost & { arena: TextArena };
  /** @internal */
  readonly commonLabels: Readonly<Record<string, string>>;
  #overflow: Counter<'metric'> | undefined;
  #rejected: Counter<'metric'> | undefined;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a common label outside the rules. */
  constructor(options: RegistryOptions = {}) {
    const { seriesLimit = 10_000, commonLabels = {}, shared = false } = options;
    if (!(seriesLimit >= 1)) throw invalidArgument('seriesLimit', 'at least 1');
    const names = Object.keys(commonLabels);
    checkLabelNames(names, 'gauge');
    this.commonLabels = { ...commonLabels };
    this.#host = {
      columns: shared ? sharedColumns : ownColumns,
      arena: new TextArena(),
      seriesLimit,
      commonLabels: [names, Object.values(commonLabels)],
      overflowed: (metric) => this.#overflowCounter().inc({ metric }),
      rejected: (metric) => this.#rejectedCounter().inc({ metric }),
      changed: (family, made) => this.#changed(family, made),
    };
  }

  /**
   * Declares a counter, or gives the one of that name.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a name or label outside the Prometheus rules, and
   *   where the name is taken by a metric of another type or with other labels. So do the other declarations.
   */
  counter<const L extends string = never>(options: MetricOptions<L>): Counter<L> {
    return this.#declare(Counter<L>, options, (host) => new Counter(options, host));
  }

  /** Declares a gauge, or gives the one of that name. */
  gauge<const L extends string = never>(options: GaugeOptions<L>): Gauge<L> {
    return this.#declare(Gauge<L>, options, (host) => new Gauge(options, host));
  }

  /** Declares a histogram of fixed buckets, or gives the one of that name. */
  histogram<const L extends string = never>(options: HistogramOptions<L>): Histogram<L> {
    return this.#declare(Histogram<L>, options, (host) => new Histogram(options, host));
  }

  /** Declares a histogram whose quantiles are within 1 %, or gives the one of that name. */
  exponentialHistogram<const L extends string = never>(
    options: ExponentialHistogramOptions<L>,
  ): ExponentialHistogram<L> {
    return this.#declare(ExponentialHistogram<L>, options, (host) => new ExponentialHistogram(options, host));
  }

  /** Declares a summary over a sliding window, or gives the one of that name. */
  summary<const L extends string = never>(options: SummaryOptions<L>): Summary<L> {
    return this.#declare(Summary<L>, options, (host) => new Summary(options, host));
  }

  /** Declares an info, or gives the one of that name. */
  info<const L extends string = never>(options: MetricOptions<L>): Info<L> {
    return this.#declare(Info<L>, options, (host) => new Info(options, host));
  }

  /** Declares a set of states, or gives the one of that name. */
  stateSet<const L extends string = never>(options: StateSetOptions<L>): StateSet<L> {
    return this.#declare(StateSet<L>, options, (host) => new StateSet(options, host));
  }

  /** The metric of a name as it was declared, with or without its suffix. */
  get(name: string): Family | undefined {
    return this.#families.get(this.#taken.get(name) ?? name);
  }

  /** Forgets a metric and all its series; handles to them record nothing that shows. */
  unregister(name: string): boolean {
    const family = this.get(name);
    if (!family) return false;
    family.reset();
    this.#families.delete(family.name);
    // What is counted next is to show.
    if (family === this.#overflow) this.#overflow = undefined;
    if (family === this.#rejected) this.#rejected = undefined;
    for (const sample of sampleNames(family.name, family.type)) this.#taken.delete(sample);
    return true;
  }

  /** Calls `collect` before each scrape; gives a function that ends it. */
  onScrape(collect: () => void): () => void {
    this.#collectors.add(collect);
    return () => this.#collectors.delete(collect);
  }

  /** All metrics as they are, nothing collected. @internal */
  ownFamilies(): Family[] {
    return [...this.#families.values()];
  }

  /** All metrics, in the order of their declaration, with what is collected before a scrape. */
  families(): Family[] {
    for (const collect of this.#collectors) guarded(collect);
    const families = [...this.#families.values()];
    for (const family of families) {
      if (family instanceof Gauge && family.collect) guarded(family.collect);
      if (family instanceof Summary) family.advance();
    }
    return [...this.#families.values()];
  }

  /** The text of all metrics in the format that an `Accept` header prefers. */
  async scrape(accept?: string): Promise<Scrape> {
    const format = negotiate(accept);
    return { contentType: contentTypes[format], body: await this.expose(format) };
  }

  /** The text of all metrics, UTF-8. Values are those of the moment of the call. */
  expose(format: TextFormat = 'prometheus'): Promise<Uint8Array> {
    return activeBackend().exposition.serialise(this.frame(format));
  }

  /** All that a scrape shows, copied. @internal */
  frame(format: TextFormat = 'prometheus'): ScrapeFrame {
    return takeFrame(this.families(), this.#host.arena, format);
  }

  /** {@link expose} as a string, for tests and logs. */
  async text(format: TextFormat = 'prometheus'): Promise<string> {
    return Buffer.from(await this.expose(format)).toString('utf8');
  }

  /** All metrics as plain data, fit for JSON. */
  snapshot(): RegistrySnapshot {
    return snapshotOf(this.families());
  }

  /** Memory that the series take, in bytes: columns, tables and label text. */
  get bytes(): number {
    let bytes = this.#host.arena.bytes;
    for (const family of this.#families.values()) bytes += family.bytes;
    return bytes;
  }

  /** Called when a family is declared, gains the series `made`, loses some, or moves its columns. @internal */
  watch(watcher: (family: Family, made?: number) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #declare<F extends Family<never> | Family>(
    kind: abstract new (...parameters: never[]) => F,
    options: MetricOptions<string>,
    make: (host: FamilyHost) => F,
  ): F {
    const known = this.get(options.name);
    if (known instanceof kind && sameLabels(known, options)) return known as F;
    const made = make(this.#host) as F & Family;
    const samples = sampleNames(made.name, made.type);
    for (const sample of samples) {
      const owner = this.#taken.get(sample);
      if (owner === undefined) continue;
      throw invalidArgument(
        'name',
        `free: ${sample} belongs to the ${this.#families.get(owner)?.type} ${owner}`,
      );
    }
    for (const sample of samples) this.#taken.set(sample, made.name);
    this.#families.set(made.name, made);
    this.#changed(made);
    return made;
  }

  #changed(family: Family, made?: number): void {
    for (const watcher of this.#watchers) watcher(family, made);
    if (!this.#host.arena.wasteful) return;
    this.#host.arena = new TextArena();
    for (const each of this.#families.values()) each.rewriteTexts(this.#host.arena);
  }

  #overflowCounter(): Counter<'metric'> {
    this.#overflow ??= this.counter({
      name: 'wolfsec_metrics_overflow_total',
      help: 'Look-ups that fell into the overflow series of a metric that has its limit of series.',
      labels: ['metric'],
      seriesLimit: Number.MAX_SAFE_INTEGER,
    });
    return this.#overflow;
  }

  #rejectedCounter(): Counter<'metric'> {
    this.#rejected ??= this.counter({
      name: 'wolfsec_metrics_rejected_total',
      help: 'Values that a metric could not record: NaN, infinite, or below zero where it cannot fall.',
      labels: ['metric'],
      seriesLimit: Number.MAX_SAFE_INTEGER,
    });
    return this.#rejected;
  }
}

/** One collector that throws must not cost the others their scrape, nor one that rejects the process. */
function guarded(collect: () => unknown): void {
  try {
    const collected = collect();
    if (collected instanceof Promise) collected.catch(warn);
  } catch (error) {
    warn(error);
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), 'WolfsecMetricsWarning');
}

function sameLabels(family: Family, options: MetricOptions<string>): boolean {
  const labels = [...(options.labels ?? []), ...(family.type === 'stateset' ? [options.name] : [])];
  return (
    labels.length === family.labelNames.length && labels.every((name, i) => name === family.labelNames[i])
  );
}

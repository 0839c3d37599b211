import { ExponentialHistogram } from './exponential.ts';
import type { Family, MetricOptions } from './family.ts';
import { Histogram } from './histogram.ts';
import type { Registry } from './registry.ts';
import type { FamilySnapshot, RegistrySnapshot, SeriesSnapshot } from './snapshot.ts';
import { Summary } from './summary.ts';

/**
 * Adds snapshots of several threads or processes up in `target`, which is emptied first. Counters, histograms
 * and summaries add; gauges by their `aggregation`. A family that differs from the first of its name
 * (type, labels or bounds) is left out and counted by the number given back.
 *
 * @param seriesLimit Series a family may have; what comes after shares one. Default: no limit.
 */
export function mergeInto(
  target: Registry,
  snapshots: readonly RegistrySnapshot[],
  seriesLimit = Number.MAX_SAFE_INTEGER,
): number {
  for (const family of target.ownFamilies()) target.unregister(family.name);
  const merge = new Merge(target, seriesLimit);
  for (const { families } of snapshots) for (const family of families) merge.add(family);
  return merge.leftOut;
}

class Merge {
  leftOut = 0;
  readonly #target: Registry;
  readonly #seriesLimit: number;
  /** Snapshots that gave each gauge series a value. */
  readonly #givers = new Map<Family, Map<number, number>>();

  constructor(target: Registry, seriesLimit: number) {
    this.#target = target;
    this.#seriesLimit = seriesLimit;
  }

  add(from: FamilySnapshot): void {
    if (from.type === 'gauge' && from.aggregation === 'omit') return;
    // Its states are known by its series alone.
    if (from.type === 'stateset' && from.series.length === 0) return;
    let into: Family;
    try {
      into = this.#declare(from);
    } catch {
      this.leftOut++;
      return;
    }
    for (const series of from.series) this.#series(into, from, series);
  }

  #declare(from: FamilySnapshot): Family {
    const options: MetricOptions = {
      name: from.name,
      help: from.help,
      labels: from.labels,
      aggregation: from.aggregation,
      seriesLimit: this.#seriesLimit,
      ...(from.unit === undefined ? {} : { unit: from.unit }),
    };
    const target = this.#target;
    if (from.scheme === 'quantiles') return target.summary({ ...options, quantiles: from.quantiles ?? [] });
    if (from.scheme === 'single') {
      if (from.type === 'counter') return target.counter(options);
      if (from.type === 'gauge') return target.gauge(options);
      if (from.type === 'info') return target.info(options);
      const states = [...new Set(from.series.map((series) => series.labels[from.name] ?? ''))];
      return target.stateSet({ ...options, labels: from.labels.slice(0, -1), states });
    }
    const buckets = from.bounds ?? [];
    const made =
      from.scheme === 'buckets'
        ? target.histogram({ ...options, buckets })
        : target.exponentialHistogram({ ...options, buckets });
    if (made.bounds.join() !== buckets.join()) throw new Error('other bounds');
    return made;
  }

  #series(into: Family, from: FamilySnapshot, series: SeriesSnapshot): void {
    const id = into.seriesOf(from.labels.map((name) => series.labels[name] ?? ''));
    // The target is made anew for each scrape: what it shows began when the first of its parts did.
    if (series.createdSeconds! < into.createdSeconds[id]!) into.createdSeconds[id] = series.createdSeconds!;
    if (into instanceof Histogram) {
      const at = id * into.stride;
      for (const [i, count] of (series.buckets ?? []).entries()) into.values[at + i]! += count;
      into.values[at + into.bounds.length + 1]! += series.sum ?? 0;
    } else if (into instanceof ExponentialHistogram) {
      into.values[id]! += series.sum ?? 0;
      for (const [bucket, count] of series.counts ?? []) into.pages.add(id, bucket, count);
    } else if (into instanceof Summary) {
      into.values[id * 2]! += series.sum ?? 0;
      into.values[id * 2 + 1]! += series.count ?? 0;
      for (const [bucket, count] of series.counts ?? []) into.addToWindow(id, bucket, count);
    } else {
      this.#single(into, id, series.value ?? Number.NaN);
    }
  }

  #single(into: Family, id: number, value: number): void {
    const givers = this.#givers.get(into) ?? new Map<number, number>();
    this.#givers.set(into, givers);
    const before = givers.get(id) ?? 0;
    givers.set(id, before + 1);
    into.write(id, before === 0 ? value : combine(into, into.valueOf(id), value, before));
  }
}

function combine(family: Family, held: number, value: number, before: number): number {
  if (family.type === 'counter') return held + value;
  switch (family.aggregation) {
    case 'min':
      return Math.min(held, value);
    case 'max':
      return Math.max(held, value);
    case 'average':
      return held + (value - held) / (before + 1);
    case 'first':
      return held;
    default:
      return held + value;
  }
}

/** Series a family keeps of all threads or processes that ended: there may be any number of those. */
export const lastingSeries = 10_000;

/** What stays of a thread or process that ended: what only adds up. Its gauges speak of nothing any more. */
export function lasting({ takenMs, families }: RegistrySnapshot): RegistrySnapshot {
  return {
    takenMs,
    families: families.filter(({ type }) => type === 'counter' || type === 'histogram' || type === 'summary'),
  };
}

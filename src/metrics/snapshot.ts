import { ExponentialHistogram } from './exponential.ts';
import type { Aggregation, Family } from './family.ts';
import { Histogram } from './histogram.ts';
import type { MetricType } from './names.ts';
import { Summary } from './summary.ts';

/** One series as plain data. */
export interface SeriesSnapshot {
  readonly labels: Readonly<Record<string, string>>;
  /** When it began, in seconds since the epoch. */
  readonly createdSeconds?: number;
  /** Counters, gauges, infos and states. */
  readonly value?: number;
  /** Histograms and summaries. */
  readonly count?: number;
  readonly sum?: number;
  /** Histograms of fixed buckets: observations in each bucket (not cumulated), the last for +Inf. */
  readonly buckets?: readonly number[];
  /** Exponential histograms, and the window of summaries: (log-linear bucket, observations) pairs. */
  readonly counts?: readonly (readonly [number, number])[];
  /** Exponential histograms and summaries, by quantile. Null where nothing was observed. */
  readonly quantiles?: Readonly<Record<string, number | null>>;
}

/** One metric as plain data. */
export interface FamilySnapshot {
  readonly name: string;
  readonly type: MetricType;
  /** How the counts are laid out; tells the two histograms apart. */
  readonly scheme: 'single' | 'buckets' | 'exponential' | 'quantiles';
  readonly help: string;
  readonly unit?: string;
  readonly aggregation: Aggregation;
  readonly labels: readonly string[];
  /** Upper bounds of the buckets shown. */
  readonly bounds?: readonly number[];
  /** Quantiles of a summary. */
  readonly quantiles?: readonly number[];
  readonly series: readonly SeriesSnapshot[];
}

/** A registry as plain data; what `node:cluster` sends to the primary. */
export interface RegistrySnapshot {
  /** Milliseconds since the epoch. */
  readonly takenMs: number;
  readonly families: readonly FamilySnapshot[];
}

const shownQuantiles = [0.5, 0.95, 0.99, 0.999];

export function snapshotOf(families: readonly Family[]): RegistrySnapshot {
  return { takenMs: Date.now(), families: families.map(familySnapshot) };
}

function familySnapshot(family: Family): FamilySnapshot {
  const series: SeriesSnapshot[] = [];
  for (let id = 0; id < family.table.end; id++) {
    if (!family.table.isAlive(id)) continue;
    series.push({ ...seriesSnapshot(family, id), createdSeconds: family.createdSeconds[id]! });
  }
  const scheme = schemeOf(family);
  return {
    name: family.name,
    type: family.type,
    scheme,
    help: family.help,
    ...(family.unit === undefined ? {} : { unit: family.unit }),
    aggregation: family.aggregation,
    labels: family.labelNames,
    ...(family instanceof Histogram || family instanceof ExponentialHistogram
      ? { bounds: [...family.bounds] }
      : {}),
    ...(family instanceof Summary ? { quantiles: [...family.quantiles] } : {}),
    series,
  };
}

function seriesSnapshot(family: Family, id: number): SeriesSnapshot {
  const values = family.table.valuesOf(id);
  const labels = Object.fromEntries(family.labelNames.map((name, i) => [name, values[i]!]));
  if (family instanceof Histogram) {
    const at = id * family.stride;
    const buckets = [...family.values.subarray(at, at + family.bounds.length + 1)];
    return { labels, count: family.countOf(id), sum: family.sumOf(id), buckets };
  }
  if (family instanceof ExponentialHistogram || family instanceof Summary) {
    const quantiles = family instanceof Summary ? [...family.quantiles] : shownQuantiles;
    return {
      labels,
      count: family.countOf(id),
      sum: family.sumOf(id),
      quantiles: Object.fromEntries(quantiles.map((q) => [q, finite(family.quantileOf(id, q))])),
      counts: family instanceof Summary ? family.windowCounts(id) : [...family.pages.counts(id)],
    };
  }
  return { labels, value: family.valueOf(id) };
}

/** How the values of a family lie. */
export function schemeOf(family: Family): FamilySnapshot['scheme'] {
  if (family instanceof Histogram) return 'buckets';
  if (family instanceof ExponentialHistogram) return 'exponential';
  return family instanceof Summary ? 'quantiles' : 'single';
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

import { bucketEdge } from '../backend/contract/log-linear.ts';
import { ExponentialHistogram } from './exponential.ts';
import type { Family } from './family.ts';
import { Histogram } from './histogram.ts';
import { Summary } from './summary.ts';

/** One line of the text format. */
export interface Sample {
  readonly value: number;
  readonly labels: Record<string, string | number>;
  /** Where it differs from the family's. */
  readonly metricName?: string;
}

/** A family as single samples, named as Prometheus text names them: for other libraries' registries. */
export function takenSamples(family: Family): { name: string; type: string; values: Sample[] } {
  const suffix = family.type === 'counter' ? '_total' : family.type === 'info' ? '_info' : '';
  const name = family.name + suffix;
  const type = family.type === 'info' || family.type === 'stateset' ? 'gauge' : family.type;
  const values: Sample[] = [];
  for (let id = 0; id < family.table.end; id++) {
    if (!family.table.isAlive(id)) continue;
    values.push(...seriesSamples(family, id, family.labelsOf(id)));
  }
  return { name, type, values };
}

function seriesSamples(family: Family, id: number, labels: Record<string, string>): Sample[] {
  const { name } = family;
  const samples: Sample[] = [];
  if (family instanceof Histogram || family instanceof ExponentialHistogram) {
    const { bounds } = family;
    const counts = family instanceof Histogram ? fixedCounts(family, id) : foldedCounts(family, id);
    let total = 0;
    for (let i = 0; i <= bounds.length; i++) {
      total += counts[i]!;
      samples.push({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: bounds[i] ?? '+Inf' },
        value: total,
      });
    }
    samples.push({ metricName: `${name}_sum`, labels, value: family.sumOf(id) });
    samples.push({ metricName: `${name}_count`, labels, value: total });
    return samples;
  }
  if (!(family instanceof Summary)) return [{ labels, value: family.valueOf(id) }];
  for (const quantile of family.quantiles) {
    samples.push({ labels: { ...labels, quantile }, value: family.quantileOf(id, quantile) });
  }
  samples.push({ metricName: `${name}_sum`, labels, value: family.sumOf(id) });
  samples.push({ metricName: `${name}_count`, labels, value: family.countOf(id) });
  return samples;
}

function fixedCounts(family: Histogram, id: number): Float64Array {
  const at = id * family.stride;
  return family.values.subarray(at, at + family.bounds.length + 1);
}

function foldedCounts(family: ExponentialHistogram, id: number): Float64Array {
  const counts = new Float64Array(family.bounds.length + 1);
  let bound = 0;
  for (const [bucket, count] of family.pages.counts(id)) {
    while (bound < family.bounds.length && bucket > family.limit(bound)) bound++;
    counts[bound]! += count;
  }
  return counts;
}

/** A series' counts as explicit buckets of the full scale: upper edges, and one count more. */
export function fullCounts(
  family: ExponentialHistogram,
  id: number,
): { boundaries: number[]; counts: number[] } {
  const pairs = [...family.pages.counts(id)];
  const boundaries: number[] = [];
  const counts: number[] = [];
  for (const [bucket, count] of pairs) {
    const lower = bucket === 0 ? 0 : bucketEdge(bucket - 1);
    if (boundaries.at(-1) !== lower) {
      boundaries.push(lower);
      counts.push(0);
    }
    boundaries.push(bucketEdge(bucket));
    counts.push(count);
  }
  return { boundaries, counts: [...counts, 0] };
}

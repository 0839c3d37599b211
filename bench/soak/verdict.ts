import { median } from '../harness/statistics.ts';
import { riseProbability, slope } from '../harness/trend.ts';

/** What was seen at one moment of the soak. Bytes after a full collection. */
export interface Sample {
  readonly minute: number;
  readonly heap: number;
  /** Buffers and native memory that V8 knows of. */
  readonly external: number;
  readonly rss: number;
  readonly fds: number;
  readonly handles: number;
  /** Of one round of all loads since the sample before, in milliseconds, waiting included. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The same in time on the processor: what this thread did, not what its neighbours did to it. */
  readonly p50CpuMs: number;
  readonly p99CpuMs: number;
  readonly rounds: number;
}

export interface Finding {
  readonly what: string;
  readonly first: number;
  readonly last: number;
  readonly perMinute: number;
  readonly p: number;
  readonly unit: string;
  readonly failed: boolean;
}

interface Rule {
  readonly what: keyof Sample;
  readonly unit: string;
  readonly scale: number;
  /** Growth between the first and the last third below which nothing is said. */
  readonly least: (first: number) => number;
}

const rules: readonly Rule[] = [
  { what: 'heap', unit: 'MB', scale: 1e6, least: () => 0.75 },
  { what: 'external', unit: 'MB', scale: 1e6, least: () => 0.75 },
  // The allocators give pages back late: only growth well above that counts.
  { what: 'rss', unit: 'MB', scale: 1e6, least: (first) => Math.max(12, first * 0.08) },
  { what: 'fds', unit: '', scale: 1, least: () => 2.5 },
  { what: 'handles', unit: '', scale: 1, least: () => 2.5 },
  // A neighbour on the same core slows both by up to half; the p99 with waiting is told, not judged,
  // since on a busy machine it is the scheduler's.
  // The median round takes some 40 µs: less than the clock of processor time tells apart on some systems.
  { what: 'p50Ms', unit: 'ms', scale: 1, least: (first) => Math.max(0.1, first * 0.8) },
  { what: 'p50CpuMs', unit: 'ms', scale: 1, least: (first) => Math.max(0.1, first * 0.8) },
  { what: 'p99CpuMs', unit: 'ms', scale: 1, least: (first) => first * 0.8 },
];

/** Samples before this part of the time are warm-up. */
export const warmUp = 0.3;

/** A figure fails when it grows by more than its rule allows and keeps on growing to the end. */
export function judgeSoak(samples: readonly Sample[]): Finding[] {
  const settled = samples.slice(Math.floor(samples.length * warmUp));
  const third = Math.max(1, Math.floor(settled.length / 3));
  return rules.map(({ what, unit, scale, least }) => {
    const values = settled.map((sample) => sample[what] / scale);
    const at = settled.map((sample) => sample.minute);
    const first = median(values.slice(0, third));
    const last = median(values.slice(-third));
    const p = riseProbability(values);
    const lateRise = median(values.slice(-third)) > median(values.slice(third, -third));
    return {
      what,
      first,
      last,
      perMinute: slope(at, values),
      p,
      unit,
      failed: last - first > least(first) && p < 0.01 && lateRise,
    };
  });
}

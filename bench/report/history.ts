import type { Environment } from '../harness/environment.ts';
import type { AreaRecord } from '../harness/record.ts';
import { merge } from '../harness/record.ts';
import { median } from '../harness/statistics.ts';

/** One case at one time. */
export interface Point {
  /** Seconds since the epoch. */
  readonly at: number;
  /** Median nanoseconds of one operation. */
  readonly ns: number;
  readonly p99Ns: number;
  /** The same over the arithmetic reference of the same rounds: a slower clock does not show. */
  readonly adjusted: number;
}

export interface GroupHistory {
  readonly area: string;
  readonly group: string;
  readonly bytes?: number;
  readonly cases: Readonly<Record<string, readonly Point[]>>;
}

export interface Run {
  readonly at: number;
  readonly area: string;
  readonly environment: Environment;
}

/** Turns records, in any order, into one history a group, oldest point first. */
export function histories(records: readonly AreaRecord[]): { groups: GroupHistory[]; runs: Run[] } {
  const ordered = records.toSorted((a, b) => a.environment.takenAt.localeCompare(b.environment.takenAt));
  const groups = new Map<
    string,
    { area: string; group: string; bytes?: number; cases: Record<string, Point[]> }
  >();
  const runs: Run[] = [];
  for (const { area, environment, launches } of ordered) {
    const at = Date.parse(environment.takenAt) / 1000;
    runs.push({ at, area, environment });
    for (const { group, bytes, cases, references } of merge(launches)) {
      const key = `${area}\n${group}`;
      const known = groups.get(key) ?? { area, group, ...(bytes === undefined ? {} : { bytes }), cases: {} };
      groups.set(key, known);
      for (const { name, sliceNs, p99Ns } of cases) {
        const ns = median(sliceNs);
        const points = known.cases[name] ?? [];
        known.cases[name] = points;
        points.push({ at, ns, p99Ns, adjusted: ns / median(references.arithmetic ?? [1]) });
      }
    }
  }
  return { groups: [...groups.values()].sort((a, b) => a.area.localeCompare(b.area)), runs };
}

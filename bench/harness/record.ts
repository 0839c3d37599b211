import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './environment.ts';
import type { CaseRun, GroupRun } from './measure.ts';
import { median } from './statistics.ts';

/** What one area measured: one entry of `launches` for each process that ran it. */
export interface AreaRecord {
  readonly version: 1;
  readonly area: string;
  readonly environment: Environment;
  readonly launches: readonly (readonly GroupRun[])[];
}

const bench = fileURLToPath(new URL('..', import.meta.url));

export const baselinePath = (name: string, area: string) => join(bench, 'baselines', name, `${area}.json`);

/** Every run is kept here, for the report that compares runs over time. */
export const resultPath = (record: AreaRecord) =>
  join(bench, 'results', `${record.environment.takenAt.replaceAll(/[:.]/g, '-')}-${record.area}.json`);

export function writeRecord(path: string, record: AreaRecord): void {
  mkdirSync(dirname(path), { recursive: true });
  const text = JSON.stringify(record, (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value,
  );
  writeFileSync(path, `${text}\n`);
}

export function readRecord(path: string): AreaRecord {
  const record = JSON.parse(readFileSync(path, 'utf8')) as AreaRecord;
  if (record.version !== 1) throw new Error(`${path} has version ${record.version}, this reads version 1`);
  return record;
}

/** The groups of all launches, each with the slices of every launch in it. */
export function merge(launches: readonly (readonly GroupRun[])[]): GroupRun[] {
  return (launches[0] ?? []).map((first) => {
    const same = launches.flatMap((groups) => groups.filter((g) => g.group === first.group));
    return {
      ...first,
      references: Object.fromEntries(
        Object.keys(first.references).map((r) => [r, same.flatMap((g) => g.references[r] ?? [])]),
      ),
      cases: first.cases.map((c) => mergeCase(same.flatMap((g) => g.cases.filter((x) => x.name === c.name)))),
    };
  });
}

function mergeCase(runs: readonly CaseRun[]): CaseRun {
  const over = (pick: (run: CaseRun) => number) => median(runs.map(pick));
  return {
    name: (runs[0] as CaseRun).name,
    async: (runs[0] as CaseRun).async,
    sliceNs: runs.flatMap((run) => run.sliceNs),
    meanNs: over((run) => run.meanNs),
    sdNs: over((run) => run.sdNs),
    p50Ns: over((run) => run.p50Ns),
    p99Ns: over((run) => run.p99Ns),
    samples: runs.reduce((total, run) => total + run.samples, 0),
    callsPerSample: Math.max(...runs.map((run) => run.callsPerSample)),
  };
}

import { Bench } from 'tinybench';
import { freshLoop, type Loop } from './loop.ts';
import { referenceNames, references } from './reference.ts';
import { mean, quantile, sorted, standardDeviation } from './statistics.ts';
import type { CaseMap, Group, Run } from './suite.ts';
import { verify } from './verify.ts';

/** How long to measure. */
export interface Effort {
  /** Per case, before anything is recorded. */
  readonly warmupMs: number;
  /** One case's turn in a round. */
  readonly sliceMs: number;
  /** Recorded time per case. */
  readonly caseMs: number;
  readonly minRounds: number;
  readonly maxRounds: number;
}

export const fullEffort: Effort = { warmupMs: 350, sliceMs: 4, caseMs: 240, minRounds: 8, maxRounds: 60 };
export const quickEffort: Effort = { warmupMs: 30, sliceMs: 2, caseMs: 30, minRounds: 4, maxRounds: 15 };

/** What one case measured in one process. Nanoseconds are per operation. */
export interface CaseRun {
  readonly name: string;
  /** Whether its calls are awaited. */
  readonly async: boolean;
  /** The median of each round's slice, in the order of rounds. */
  readonly sliceNs: readonly number[];
  readonly meanNs: number;
  readonly sdNs: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly samples: number;
  /** Calls in one sample; where above 1, p99 is that of means of so many calls. */
  readonly callsPerSample: number;
}

export interface GroupRun {
  readonly group: string;
  readonly bytes?: number;
  /** Nanoseconds of each reference in each round. */
  readonly references: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly CaseRun[];
}

/** The shortest sample: the clock's own cost (about 40 ns) must not count. */
const sampleNs = 10_000;

/** Slices of each reference before any is recorded, so that its code is compiled. */
const referenceWarmups = 5;

interface Prepared {
  readonly name: string;
  readonly async: boolean;
  readonly slice: () => Promise<Float64Array> | Float64Array;
  readonly callsPerSample: number;
  readonly sliceNs: number;
}

/** Verifies a group's cases, then times them in rounds: each case has a short turn in each. */
export async function measureGroup(group: Group, effort: Effort): Promise<GroupRun> {
  const { name, options } = group;
  const cases = typeof group.cases === 'function' ? await group.cases() : group.cases;
  try {
    const prepared = await prepare(name, options.opsPerCall ?? 1, cases, effort, (results) =>
      verify(name, options, results),
    );
    const timed = await rounds(prepared, effort);
    return { group: name, ...(options.bytes === undefined ? {} : { bytes: options.bytes }), ...timed };
  } finally {
    await options.teardown?.();
  }
}

async function prepare(
  group: string,
  opsPerCall: number,
  cases: CaseMap,
  effort: Effort,
  verifyAll: (results: ReadonlyMap<string, unknown>) => void,
): Promise<Prepared[]> {
  const runs: { name: string; run: Run; ops: number; async: boolean }[] = [];
  const results = new Map<string, unknown>();
  for (const [name, given] of Object.entries(cases)) {
    if (given === undefined) {
      console.error(`left out: ${group}: ${name} is not available here`);
      continue;
    }
    const run = typeof given === 'function' ? given : given.run;
    const ops = (typeof given === 'function' ? undefined : given.opsPerCall) ?? opsPerCall;
    const first = run(0);
    const async = first instanceof Promise;
    results.set(name, await first);
    runs.push({ name, run, ops, async });
  }
  verifyAll(results);
  const prepared: Prepared[] = [];
  for (const { name, run, ops, async } of runs) {
    const loop = freshLoop(run, async);
    const callNs = await warmUp(loop, effort.warmupMs * 1e6);
    const callsPerSample = Math.max(1, Math.ceil(sampleNs / callNs));
    const samples = Math.max(1, Math.round((effort.sliceMs * 1e6) / (callNs * callsPerSample)));
    prepared.push({
      name,
      async,
      callsPerSample,
      sliceNs: samples * callsPerSample * callNs,
      slice: sampler(() => loop(callsPerSample), samples, callsPerSample * ops, async),
    });
  }
  return prepared;
}

/** Runs the loop for the time given and gives the nanoseconds of one call at the end of it. */
async function warmUp(loop: Loop, budgetNs: number): Promise<number> {
  let count = 1;
  let spent = 0;
  for (;;) {
    const start = process.hrtime.bigint();
    await loop(count);
    const took = Number(process.hrtime.bigint() - start);
    spent += took;
    if (spent >= budgetNs) return Math.max(took / count, 0.1);
    if (took < budgetNs / 8) count *= 2;
  }
}

/** Takes `samples` timings of `work` with tinybench, in nanoseconds per operation. */
function sampler(
  work: () => unknown,
  samples: number,
  opsPerSample: number,
  async: boolean,
): () => Promise<Float64Array> | Float64Array {
  const bench = new Bench({ iterations: samples, time: 0, warmup: false, retainSamples: true, throws: true });
  const task = bench.add('slice', work, { async }).getTask('slice');
  if (!task) throw new Error('tinybench lost its task');
  const taken = () => {
    const { result } = task;
    if (!('latency' in result)) throw new Error(`a slice ended as ${result.state}`);
    return Float64Array.from(result.latency.samples ?? [], (ms) => (ms * 1e6) / opsPerSample);
  };
  if (async) {
    return async () => {
      task.reset(false);
      await task.run();
      return taken();
    };
  }
  return () => {
    task.reset(false);
    task.runSync();
    return taken();
  };
}

async function rounds(prepared: readonly Prepared[], effort: Effort) {
  const slowestNs = Math.max(...prepared.map((p) => p.sliceNs), 1);
  const wanted = Math.ceil((effort.caseMs * 1e6) / slowestNs);
  const count = Math.min(effort.maxRounds, Math.max(effort.minRounds, wanted));
  const anyAsync = prepared.some((p) => p.async);
  const referenceSlices = referenceNames
    .filter((name) => anyAsync || !references[name].async)
    .map((name) => {
      const { work, samples, async } = references[name];
      return { name, slice: sampler(work, samples, 1, async), medians: [] as number[] };
    });
  for (let i = 0; i < referenceWarmups; i++) for (const { slice } of referenceSlices) await slice();
  const turns = prepared.map((p) => ({ ...p, medians: [] as number[], all: [] as Float64Array[] }));
  for (let round = 0; round < count; round++) {
    globalThis.gc?.();
    for (const reference of referenceSlices) reference.medians.push(median(await reference.slice()));
    // The start moves on each round, so that no case always follows the same neighbour's garbage.
    for (let turn = 0; turn < turns.length; turn++) {
      const current = turns[(turn + round) % turns.length] as (typeof turns)[number];
      const taken = await current.slice();
      current.medians.push(median(taken));
      current.all.push(taken);
    }
  }
  return {
    references: Object.fromEntries(referenceSlices.map((r) => [r.name, r.medians])),
    cases: turns.map(({ name, async, callsPerSample, medians, all }): CaseRun => {
      const samples = sorted(all.flatMap((slice) => Array.from(slice)));
      return {
        name,
        async,
        sliceNs: medians,
        meanNs: mean(samples),
        sdNs: standardDeviation(samples),
        p50Ns: quantile(samples, 0.5),
        p99Ns: quantile(samples, 0.99),
        samples: samples.length,
        callsPerSample,
      };
    }),
  };
}

const median = (values: Float64Array) => quantile(sorted(values), 0.5);

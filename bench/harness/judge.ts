import type { CaseRun, GroupRun } from './measure.ts';
import { preferQuiet } from './quiet.ts';
import { referenceNames, references } from './reference.ts';
import { mannWhitney, median, quantile, seededRandom, sorted } from './statistics.ts';

/** A slowdown below this is never reported. */
export const threshold = 1.1;
/**
 * A change is real where it is surely more than this. All launches of one side share a moment, and two moments of one
 * machine lie up to some percent apart for reasons that no reference shows; the interval knows nothing of that.
 */
const momentToMoment = 1.05;
const confidence = 0.99;
const resamples = 500;

export interface Verdict {
  readonly group: string;
  readonly case: string;
  /** Time now over time then, machine drift taken out; 1.15 is 15 % slower. */
  readonly change: number;
  /** Bounds of its 99 % bootstrap interval. */
  readonly low: number;
  readonly high: number;
  /** One-sided Mann–Whitney probability that launches as slow as these come from the same code. */
  readonly p: number;
  /** Slower by more than the threshold, and real. */
  readonly slower: boolean;
  /** Slower by more than the threshold against some reference, real or not: worth measuring again. */
  readonly suspicious: boolean;
}

type Launches = readonly (readonly GroupRun[])[];

/** Judges every case that both sides have. */
export function judge(then: Launches, now: Launches): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const { group, cases } of now[0] ?? []) {
    for (const { name } of cases) {
      const before = seriesOf(then, group, name);
      const after = seriesOf(now, group, name);
      if (before.length > 0 && after.length > 0) verdicts.push(judgeCase(group, name, before, after));
    }
  }
  return verdicts;
}

/** One launch of one case: per reference, the logarithm of slice over reference in each round. */
type Series = ReadonlyMap<string, readonly number[]>;

function seriesOf(launches: Launches, group: string, name: string): Series[] {
  const runs = launches.flatMap((groups) => groups.filter((g) => g.group === group));
  return preferQuiet(runs).flatMap(({ run, rounds }) => {
    const timed = run.cases.find((c) => c.name === name);
    return timed ? [series(run, rounds, timed)] : [];
  });
}

/** Awaited cases are set against the awaited reference as well; the others never wait for a thread. */
function series(run: GroupRun, rounds: readonly number[], { async, sliceNs }: CaseRun): Series {
  const against = new Map<string, readonly number[]>();
  for (const name of referenceNames) {
    const reference = run.references[name];
    if (!reference || (references[name].async && !async)) continue;
    against.set(
      name,
      rounds.map((round) => Math.log((sliceNs[round] as number) / (reference[round] as number))),
    );
  }
  return against;
}

/**
 * Load on the machine slows each reference by its own amount, and a case like one of them or like a
 * mixture. So the change is taken against each, and the smallest counts: code that is slower is
 * slower against all of them.
 */
function judgeCase(
  group: string,
  name: string,
  before: readonly Series[],
  after: readonly Series[],
): Verdict {
  const common = [...(before[0] as Series).keys()].filter((reference) => after[0]?.has(reference));
  const changes = common.map((reference) => {
    const then = before.map((launch) => launch.get(reference) ?? []);
    const now = after.map((launch) => launch.get(reference) ?? []);
    return { then, now, change: centre(now) - centre(then) };
  });
  const least = changes.toSorted((a, b) => a.change - b.change)[0] as (typeof changes)[number];
  const { low, high } = interval(least.then, least.now);
  const p = mannWhitney(least.now.map(median), least.then.map(median));
  const change = Math.exp(least.change);
  const suspicious = changes.some((c) => Math.exp(c.change) > threshold);
  const enough = least.then.length >= 3 && least.now.length >= 3;
  return {
    group,
    case: name,
    change,
    low: Math.exp(low),
    high: Math.exp(high),
    p,
    suspicious,
    slower: change > threshold && low > Math.log(momentToMoment) && (!enough || p <= 0.05),
  };
}

/** The median launch, each launch at its median round. */
const centre = (launches: readonly (readonly number[])[]) => median(launches.map(median));

/** Bootstrap in two stages, launches and then their rounds: processes differ more than rounds do. */
function interval(then: readonly (readonly number[])[], now: readonly (readonly number[])[]) {
  const random = seededRandom(then.length * 1009 + now.length);
  const draw = <T>(from: readonly T[]): T[] => from.map(() => from[Math.floor(random() * from.length)] as T);
  const resampled = (launches: readonly (readonly number[])[]) => centre(draw(launches).map(draw));
  const changes = sorted(Array.from({ length: resamples }, () => resampled(now) - resampled(then)));
  return { low: quantile(changes, (1 - confidence) / 2), high: quantile(changes, (1 + confidence) / 2) };
}

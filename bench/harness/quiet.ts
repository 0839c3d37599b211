import type { GroupRun } from './measure.ts';
import { quantile, sorted } from './statistics.ts';

/** References that show a busy neighbour at once and are otherwise the same from process to process. */
const sentinels = ['arithmetic', 'throughput'] as const;
const tolerance = 1.06;
const fewest = 5;

/** Rounds of one launch in which the machine was quiet, and whether there are enough of them. */
export interface Quiet {
  readonly run: GroupRun;
  readonly rounds: readonly number[];
  readonly enough: boolean;
}

/**
 * Finds the rounds of one group in which the machine did nothing else, over all launches of one
 * side: there each sentinel took no longer than its fast rounds do (10th percentile of the side).
 */
export function quietRounds(runs: readonly GroupRun[]): Quiet[] {
  const levels = sentinels.map((name) => {
    const all = runs.flatMap((run) => run.references[name] ?? []);
    return { name, most: tolerance * quantile(sorted(all), 0.1) };
  });
  return runs.map((run) => {
    const count = run.references[sentinels[0]]?.length ?? 0;
    const rounds = Array.from({ length: count }, (_, round) => round).filter((round) =>
      levels.every(({ name, most }) => (run.references[name]?.[round] ?? 0) <= most),
    );
    return { run, rounds, enough: rounds.length >= Math.min(fewest, count) };
  });
}

/**
 * The launches to judge on, each cut to its quiet rounds. Where fewer than three launches had
 * enough of those, all rounds of all launches count.
 */
export function preferQuiet(runs: readonly GroupRun[]): { run: GroupRun; rounds: readonly number[] }[] {
  const found = quietRounds(runs);
  const quiet = found.filter((q) => q.enough);
  if (quiet.length >= Math.min(3, runs.length)) return quiet;
  return runs.map((run) => ({ run, rounds: (run.references[sentinels[0]] ?? []).map((_, round) => round) }));
}

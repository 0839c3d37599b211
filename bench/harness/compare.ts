import { judge, type Verdict } from './judge.ts';
import { launch, type Message } from './launch.ts';
import type { Effort, GroupRun } from './measure.ts';
import { quietRounds } from './quiet.ts';

export interface Extent {
  readonly effort: Effort;
  readonly launches: number;
  readonly only: readonly string[] | undefined;
  /** Whether the figures are for comparing: then noisy launches are made good by more of them. */
  readonly compares: boolean;
}

/** Measures one bench file in as many fresh processes as asked. */
export async function measureLaunches(
  file: string,
  { effort, launches, only, compares }: Extent,
  onMessage: (message: Message) => void,
): Promise<GroupRun[][]> {
  const taken: GroupRun[][] = [];
  for (let i = 0; i < launches; i++) taken.push(await launch(file, effort, only, onMessage));
  for (let i = 0; compares && i < launches; i++) {
    const noisy = noisyGroups(taken, launches);
    if (noisy.length === 0) break;
    taken.push(await launch(file, effort, noisy));
  }
  return taken;
}

/** Groups with fewer than `wanted` launches in which the machine was quiet for long enough. */
function noisyGroups(taken: readonly (readonly GroupRun[])[], wanted: number): string[] {
  return (taken[0] ?? [])
    .map(({ group }) => group)
    .filter((group) => {
      const runs = taken.flatMap((groups) => groups.filter((g) => g.group === group));
      return quietRounds(runs).filter((q) => q.enough).length < wanted;
    });
}

/** How often a suspicious group is measured again before it is judged. */
const repeats = 2;

/**
 * Judges `now` against `then`. Groups with a suspicious case are measured again in as many fresh
 * processes as before, twice, and judged on all they gave: what was noise does not come back.
 */
export async function compareArea(
  file: string,
  effort: Effort,
  then: readonly (readonly GroupRun[])[],
  now: readonly (readonly GroupRun[])[],
  say: (text: string) => void,
): Promise<Verdict[]> {
  let verdicts = judge(then, now);
  const suspects = new Set(verdicts.filter((v) => v.suspicious).map((v) => v.group));
  if (suspects.size === 0) return verdicts;
  say(`  measuring again: ${[...suspects].join(', ')}`);
  const all = [...now];
  const fresh = repeats * Math.min(now.length, then.length);
  for (let i = 0; i < fresh; i++) all.push(await launch(file, effort, [...suspects]));
  const again = judge(then, all).filter((v) => suspects.has(v.group));
  verdicts = verdicts.filter((v) => !suspects.has(v.group));
  return [...verdicts, ...again];
}

/** One line a case that changed by more than 5 %, and whether that fails. */
export function verdictLines(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter((v) => v.slower || Math.abs(v.change - 1) > 0.05)
    .map((v) => {
      const percent = (ratio: number) => `${ratio >= 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)} %`;
      const word = v.slower ? 'SLOWER' : v.high < 1 ? 'faster' : 'noise ';
      return `  ${word} ${v.group} / ${v.case}: ${percent(v.change)} [${percent(v.low)}, ${percent(v.high)}]`;
    });
}

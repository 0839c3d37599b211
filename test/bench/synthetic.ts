import type { GroupRun } from '../../bench/harness/measure.ts';
import { referenceNames } from '../../bench/harness/reference.ts';
import { seededRandom } from '../../bench/harness/statistics.ts';

export interface Machine {
  /** Slowdown of everything, e.g. 1.4 for a slower clock. */
  readonly drift?: number;
  /** Part of the rounds, in bursts, in which a neighbour slows all but the arithmetic by 35 %. */
  readonly busy?: number;
}

/** What a machine would have measured in `count` launches of one group with one case. */
export function launches(count: number, seed: number, caseNs: number, machine: Machine = {}): GroupRun[][] {
  const random = seededRandom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const { drift = 1, busy = 0 } = machine;
  return Array.from({ length: count }, () => {
    const processBias = 1 + 0.01 * gauss();
    const burstAt = Math.floor(random() * 60);
    const loaded = (round: number) => (round - burstAt + 60) % 60 < busy * 60;
    const spike = () => (random() < 0.03 ? 1 + random() * 3 : 1);
    const time = (ns: number, round: number, touched: boolean) =>
      ns * drift * (touched && loaded(round) ? 1.35 : 1) * (1 + 0.01 * gauss()) * spike();
    const rounds = (ns: number, touched: boolean) =>
      Array.from({ length: 60 }, (_, round) => time(ns, round, touched));
    const sliceNs = rounds(caseNs * processBias, true);
    const references = Object.fromEntries(
      referenceNames.map((name) => [name, rounds(10_000, name !== 'arithmetic')]),
    );
    const figures = {
      meanNs: caseNs,
      sdNs: 0,
      p50Ns: caseNs,
      p99Ns: caseNs,
      samples: 60,
      callsPerSample: 100,
    };
    return [{ group: 'group', references, cases: [{ name: 'native', async: false, sliceNs, ...figures }] }];
  });
}

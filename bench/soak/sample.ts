import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { quantile, sorted } from '../harness/statistics.ts';
import type { Sample } from './verdict.ts';

type Times = Pick<Sample, 'p50Ms' | 'p99Ms' | 'p50CpuMs' | 'p99CpuMs' | 'rounds'>;

/** What rounds took, in milliseconds: by the clock and on the processor. */
export function timesOf(clock: readonly number[], processor: readonly number[]): Times {
  const [wall, cpu] = [sorted(clock), sorted(processor)];
  return {
    p50Ms: quantile(wall, 0.5),
    p99Ms: quantile(wall, 0.99),
    p50CpuMs: quantile(cpu, 0.5),
    p99CpuMs: quantile(cpu, 0.99),
    rounds: clock.length,
  };
}

/** What the process holds after full collections. Needs `--expose-gc`. */
export async function held(): Promise<Omit<Sample, keyof Times | 'minute'>> {
  // Twice, with a turn between: finalisers of native handles run after the first.
  globalThis.gc?.();
  await turn();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    heap: heapUsed,
    external,
    rss,
    fds: descriptors(),
    handles: process.getActiveResourcesInfo().length,
  };
}

/** Open file descriptors, where the system tells (0 elsewhere). */
function descriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

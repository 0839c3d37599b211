import { openSync } from 'node:fs';
import type { Load } from './load.ts';

export const plantNames = ['heap', 'buffer', 'fd', 'handle', 'latency'] as const;
export type PlantName = (typeof plantNames)[number];

/** A fault made on purpose, to prove that the soak sees it. */
export function plant(name: PlantName): Load {
  const kept: unknown[] = [];
  const startedMs = performance.now();
  const steps: Record<PlantName, (i: number) => void> = {
    // A kilobyte a step, 4 kB of buffer in 16 steps, one descriptor or timer in 200.
    heap: (i) => void kept.push({ at: i, list: new Array(128).fill(i) }),
    buffer: (i) => void (i % 16 === 0 && kept.push(Buffer.alloc(4096, 1))),
    fd: (i) => void (i % 200 === 0 && kept.push(openSync('/dev/null', 'r'))),
    handle: (i) => void (i % 200 === 0 && kept.push(setInterval(() => {}, 60_000))),
    // Slower by the time that has gone by: by the number of steps, fewer and fewer of them would come.
    latency() {
      const until = performance.now() + (performance.now() - startedMs) / 20_000;
      while (performance.now() < until) kept.length = 0;
    },
  };
  return { name: `planted ${name}`, start: async () => ({ step: steps[name] }) };
}

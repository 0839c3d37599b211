import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThreatDetector } from '../../detect/index.ts';
import { starterRules } from '../paths.ts';
import { sampleEvents } from './events.ts';
import type { Probe } from './probe.ts';
import type { Figures } from './target.ts';

/** What the process costs while it does nothing: run last, after the load of all other probes, a detector at hand. */
export const resourcesProbe: Probe = {
  name: 'resources',
  async run(budgetMs) {
    using detector = await ThreatDetector.create({ rules: starterRules });
    detector.detect(sampleEvents(1)[0] as object);
    globalThis.gc?.();
    const bytesBefore = networkBytes();
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    await sleep(Math.max(budgetMs, 500));
    const spanMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpuBefore);
    const bytesAfter = networkBytes();
    const figures: Figures = {
      memory: process.memoryUsage.rss() / 1e6,
      idleCpu: ((user + system) / 1000 / spanMs) * 100,
    };
    if (bytesBefore !== undefined && bytesAfter !== undefined) {
      figures.idleNetwork = (bytesAfter - bytesBefore) / 1e6 / (spanMs / 1000);
    }
    return figures;
  },
};

/** Bytes in and out since boot, where the system tells (Linux): of the whole machine, so an upper bound. */
function networkBytes(): number | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/self/net/dev', 'latin1');
  } catch {
    return undefined;
  }
  let total = 0;
  for (const line of text.split('\n')) {
    const [, name, figures] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (!figures || name === 'lo') continue;
    const columns = figures.trim().split(/\s+/).map(Number);
    total += (columns[0] as number) + (columns[8] as number);
  }
  return total;
}

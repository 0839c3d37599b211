import { setImmediate } from 'node:timers/promises';
import type { ExpositionBackend, ScrapeFrame } from '../../contract/exposition.ts';
import { TextOutput } from './output.ts';
import { writeFamilies } from './write.ts';

/** How long the loop is held between two parts, in milliseconds. */
const holdMs = 1;

export const portableExposition: ExpositionBackend = {
  async serialise(frame: ScrapeFrame) {
    const output = new TextOutput();
    let started = performance.now();
    for (const _ of writeFamilies(frame, output)) {
      if (performance.now() - started < holdMs) continue;
      await setImmediate();
      started = performance.now();
    }
    return output.join();
  },
};

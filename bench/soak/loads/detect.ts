import { fileURLToPath } from 'node:url';
import { sampleEvents } from '../../../src/cli/targets/events.ts';
import { ThreatDetector } from '../../../src/detect/index.ts';
import type { Load } from '../load.ts';

const rules = fileURLToPath(new URL('../../../rules', import.meta.url));

/** Single events, batches on this thread and off it, values that never repeat, and rules loaded anew. */
export const detectLoad: Load = {
  name: 'detect',
  async start() {
    const detector = await ThreatDetector.create({ rules });
    const events = sampleEvents(240);
    const batch = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
    return {
      async step(i) {
        detector.detect({ ...events[i % events.length], CommandLine: `tool --run ${i}`, nonce: i });
        if (i % 32 === 0) detector.detectBatch(batch);
        if (i % 128 === 0) await detector.processBatch(batch);
        if (i % 20_000 === 19_999) await detector.reload();
      },
      stop: () => detector[Symbol.dispose](),
    };
  },
};

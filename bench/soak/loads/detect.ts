import { fileURLToPath } from 'node:url';
import { sampleEvents } from '../../../src/cli/targets/events.ts';
import { ThreatDetector } from '../../../src/detect/index.ts';
import type { Load } from '../load.ts';

const rules = fileURLToPath(new URL('../../../rules', import.meta.url));

const startMs = Date.UTC(2026, 0);

/** Single events, batches on this thread and off it, values that never repeat, and rules loaded anew. */
export const detectLoad: Load = {
  name: 'detect',
  async start() {
    const detector = await ThreatDetector.create({ rules });
    const events = sampleEvents(240);
    let batch = Buffer.alloc(0);
    return {
      async step(i) {
        // A quarter of a second a step, so that the windows of correlations fill and empty.
        const time = { '@timestamp': new Date(startMs + i * 250).toISOString() };
        detector.detect({ ...events[i % events.length], ...time, CommandLine: `tool --run ${i}`, nonce: i });
        if (i % 512 === 0) {
          batch = Buffer.from(events.map((event) => JSON.stringify({ ...event, ...time })).join('\n'));
        }
        if (i % 32 === 0) detector.detectBatch(batch);
        if (i % 128 === 0) await detector.processBatch(batch);
        if (i % 20_000 === 19_999) await detector.reload();
      },
      stop: () => detector[Symbol.dispose](),
    };
  },
};

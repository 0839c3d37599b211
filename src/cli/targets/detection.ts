import { ThreatDetector } from '../../detect/index.ts';
import { starterRules } from '../paths.ts';
import { sampleEvents } from './events.ts';
import { type Probe, p99, rate } from './probe.ts';

const count = 4096;

/** The starter rules over mixed events: batches of NDJSON for the rate, single events for the latency. */
export const detectionProbe: Probe = {
  name: 'detection',
  async run(budgetMs) {
    using detector = await ThreatDetector.create({ rules: starterRules });
    const events = sampleEvents(count);
    const batch = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
    const { events: read, detections } = detector.detectBatch(batch);
    if (read !== count || detections.length === 0) {
      throw new Error(`${read} of ${count} events were read, ${detections.length} detections made`);
    }
    let i = 0;
    return {
      detectionRate: await rate(budgetMs / 2, count, () => detector.detectBatch(batch)),
      detectionP99: await p99(budgetMs / 2, () => detector.detect(events[i++ % count] as object)),
    };
  },
};

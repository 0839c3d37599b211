import { expect, test } from 'vitest';
import type { FollowOptions } from '../../src/broker/broker.ts';
import type { Broker, LogMessage } from '../../src/broker/index.ts';
import { type Detection, ThreatDetector } from '../../src/detect/index.ts';
import { correlatePartition } from '../../src/fleet/correlate-stage.ts';
import { hitMessage } from '../../src/fleet/messages.ts';
import { fleetMetrics } from '../../src/fleet/metrics.ts';
import { Offsets } from '../../src/fleet/offsets.ts';
import { Registry } from '../../src/metrics/index.ts';
import { openStore } from '../../src/store/index.ts';

const rules = `title: a
id: a
logsource: { category: any }
detection: { s: { f: a }, condition: s }
---
title: pair
id: pair
correlation: { type: event_count, rules: [a], timespan: 1m, condition: { gte: 2 } }
`;

test('what is done is counted in silence; a log that was made anew is not taken for it', async () => {
  const store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
  using detector = await ThreatDetector.create({
    rules: [{ file: 'r.yml', text: rules }],
    correlateApart: true,
  });
  const raised: Detection[] = [];
  let follow: FollowOptions | undefined;
  const options = {
    broker: {
      async follow(_: string, __: number, given: FollowOptions) {
        follow = given;
        return { stop: async () => {} };
      },
    } as unknown as Broker,
    sink: { take: async (found: readonly Detection[]) => void raised.push(...found), flush: async () => {} },
    offsets: new Offsets(store.records, 'test'),
    metrics: fleetMetrics(new Registry()),
    correlator: () => detector.correlator(),
    reachMs: 60_000,
  };
  const startMs = Date.now();
  let events = 0;
  /** A hit at a place of the log, so many seconds from now. */
  const message = (position: number, at: number): LogMessage => {
    const timestamp = new Date(startMs + at * 1000).toISOString();
    const event = Buffer.from(JSON.stringify({ f: 'a', timestamp, event: { id: `e-${events++}` } }));
    const { hits = [] } = detector.detectBatch(event);
    const { id, data } = hitMessage(hits[0]!, 1);
    return { id, data, timeMs: startMs + at * 1000, position: String(position).padStart(20, '0') };
  };
  const first = [message(500, 0), message(501, 1)];
  for (const messages of [first, first]) {
    await correlatePartition(0, options, () => {});
    await follow?.take(messages);
  }
  expect(raised).toHaveLength(1);
  await correlatePartition(0, options, () => {});
  await follow?.take([message(1, 200), message(2, 201)]);
  expect(raised).toHaveLength(2);
  await store.close();
});

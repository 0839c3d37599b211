import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AlertManager, file } from '../../src/alert/index.ts';
import { type Detection, ThreatDetector } from '../../src/detect/index.ts';
import { Registry } from '../../src/metrics/index.ts';
import { DetectionFlow, IngestPipeline } from '../../src/pipeline/index.ts';
import { openStore } from '../../src/store/index.ts';
import { attack, harmless, ndjson, whoamiRule } from './rules.ts';

let detector: ThreatDetector;
beforeEach(async () => {
  detector = await ThreatDetector.create({ rules: [whoamiRule] });
});
afterEach(() => detector[Symbol.dispose]());

/** A flow whose store is ready when the test says so. */
function heldFlow() {
  const taken: Detection[] = [];
  let release: () => void = () => {};
  const stored = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    taken,
    release: () => release(),
    take: async (detections: readonly Detection[]) => void taken.push(...detections),
    flush: () => stored,
  };
}

test('a batch is answered after its detections are stored, not before', async () => {
  const flow = heldFlow();
  const pipeline = new IngestPipeline({ detector, flow });
  let answered = false;
  const batch = { ndjson: ndjson([harmless(), attack()]), door: 'ndjson', source: 'a' };
  const taken = pipeline.take(batch).finally(() => {
    answered = true;
  });
  while (flow.taken.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answered).toBe(false);
  flow.release();
  expect(await taken).toEqual({ events: 2, detections: 1, faults: [] });
  expect(flow.taken[0]?.event).toEqual({ index: 1, source: 'a', line: 2 });
});

test('a full pipeline refuses at once, counts it, and takes again when there is room', async () => {
  const flow = heldFlow();
  const registry = new Registry();
  const pipeline = new IngestPipeline({ detector, flow, registry, limits: { maxBatches: 2 } });
  const batch = { ndjson: ndjson([attack()]), door: 'ndjson', source: 'a' };
  const first = [pipeline.take(batch), pipeline.take(batch)];
  expect(pipeline.hasRoom()).toBe(false);
  await expect(pipeline.take(batch)).rejects.toMatchObject({ code: 'WOLFSEC_QUEUE_FULL' });
  expect(await registry.text()).toContain(
    'wolfsec_pipeline_dropped_batches_total{source="ndjson",reason="full"} 1',
  );
  flow.release();
  await Promise.all(first);
  expect(await pipeline.take(batch)).toMatchObject({ detections: 1 });
  expect(pipeline.figures()).toMatchObject({ queuedBatches: 0, queuedBytes: 0 });
  const text = await registry.text();
  expect(text).toContain('wolfsec_pipeline_events_total{source="ndjson"} 3');
  expect(text).toContain('wolfsec_pipeline_lag_seconds_count 3');
});

test('a batch larger than the whole queue is told so', async () => {
  const pipeline = new IngestPipeline({ detector, flow: heldFlow(), limits: { maxBytes: 10 } });
  await expect(
    pipeline.take({ ndjson: ndjson([attack()]), door: 'ndjson', source: 'a' }),
  ).rejects.toMatchObject({
    code: 'WOLFSEC_LIMIT_EXCEEDED',
  });
  expect(() => new IngestPipeline({ detector, flow: heldFlow(), limits: { lanes: 0 } })).toThrow(
    /limits.lanes/,
  );
});

test('closing drains what was taken and takes nothing more', async () => {
  const flow = heldFlow();
  const pipeline = new IngestPipeline({ detector, flow });
  const batch = { ndjson: ndjson([attack()]), door: 'ndjson', source: 'a' };
  const taken = pipeline.take(batch);
  const closed = pipeline.close();
  await expect(pipeline.take(batch)).rejects.toMatchObject({ code: 'WOLFSEC_DISPOSED' });
  flow.release();
  await closed;
  expect(await taken).toMatchObject({ detections: 1 });
});

test('a store that fails fails the batch, and room comes back', async () => {
  const flow = {
    take: () => Promise.reject(Object.assign(new Error('disk full'), { code: 'WOLFSEC_STORE_FULL' })),
    flush: async () => {},
  };
  const pipeline = new IngestPipeline({ detector, flow });
  await expect(
    pipeline.take({ ndjson: ndjson([attack()]), door: 'ndjson', source: 'a' }),
  ).rejects.toMatchObject({ code: 'WOLFSEC_STORE_FULL' });
  expect(pipeline.figures().queuedBatches).toBe(0);
});

test('a detector is replaced while batches run, and comes back unused', async () => {
  const flow = heldFlow();
  flow.release();
  const pipeline = new IngestPipeline({ detector, flow });
  const batch = { ndjson: ndjson(Array.from({ length: 500 }, (_, n) => attack(n))), door: 'x', source: 'a' };
  const running = Array.from({ length: 5 }, () => pipeline.take(batch));
  const fresh = await ThreatDetector.create({ rules: [] });
  const old = await pipeline.replaceDetector(fresh);
  expect(old).toBe(detector);
  old[Symbol.dispose]();
  const outcomes = await Promise.all(running);
  for (const { events } of outcomes) expect(events).toBe(500);
  expect(await pipeline.take(batch)).toMatchObject({ events: 500, detections: 0 });
  fresh[Symbol.dispose]();
});

test('a batch that comes again is not counted again by correlations, and raises what it raised', async () => {
  const counting = (gte: number) =>
    `title: many\nid: many\ncorrelation: { type: event_count, rules: [${whoamiRule.text.match(/id: (.+)/)?.[1]}], timespan: 1h, condition: { gte: ${gte} } }\n`;
  const raised = async (gte: number, names: readonly string[]) => {
    using correlating = await ThreatDetector.create({
      rules: [whoamiRule, { file: 'many.yml', text: counting(gte) }],
    });
    const flow = heldFlow();
    flow.release();
    const pipeline = new IngestPipeline({ detector: correlating, flow });
    const bytes = ndjson(
      [attack(1), attack(2)].map((event) => ({ ...event, UtcTime: '2026-11-25 10:00:00' })),
    );
    await Promise.all(names.map((source) => pipeline.take({ ndjson: bytes, door: 'x', source })));
    return flow.taken.filter(({ kind }) => kind === 'correlation').length;
  };
  expect(await raised(3, ['a', 'a'])).toBe(0);
  expect(await raised(3, ['a', 'b'])).toBe(1);
  // The first answer may have been lost with what it stood for.
  expect(await raised(2, ['a', 'a'])).toBe(2);
});

test('from bytes to the threat, the alert and the message, and the same batch twice counts once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wolfsec-pipeline-'));
  const store = await openStore({ dataFolder: folder, sweepEveryMs: false });
  const alerts = await AlertManager.open({
    dataFolder: folder,
    store,
    receivers: { file: file({ path: join(folder, 'alerts.ndjson') }) },
  });
  const flow = new DetectionFlow({ alerts, store });
  const pipeline = new IngestPipeline({ detector, flow });
  const batch = {
    ndjson: ndjson([attack(1), harmless(2), attack(1)]),
    door: 'ndjson',
    source: 'batch-1',
  };
  await pipeline.take(batch);
  await pipeline.take(batch);
  const { threats } = await store.threats.list({});
  expect(threats.map(({ line }) => line).sort()).toEqual([1, 3]);
  expect(alerts.figures()).toMatchObject({ raised: 2 });
  await pipeline.close();
  await flow.close();
  await alerts.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

import { describe, expect, test } from 'vitest';
import { ThreatDetector } from '../../src/detect/index.ts';
import { Registry } from '../../src/metrics/index.ts';
import { shown } from '../metrics/shown.ts';
import { backends } from '../parity/backends.ts';

const rule = (id: string, value: string, level = 'high') =>
  `title: ${id}\nid: ${id}\nlevel: ${level}\nlogsource: { category: any }\ndetection:\n  s: { f|contains: ${value} }\n  condition: s\n`;
const correlation = `title: many\nid: many\nlevel: critical\ncorrelation:\n  type: event_count\n  rules: [one]\n  group-by: [u]\n  timespan: 1m\n  condition: { gte: 2 }\n  generate: true\n`;
const source = (...texts: string[]) => [{ file: 'r.yml', text: texts.join('---\n') }];
const ndjson = (...events: object[]) => Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));

describe.each(backends.map(({ name }) => name as 'native' | 'portable'))('figures (%s)', (backend) => {
  const make = (registry: Registry, ...texts: string[]) =>
    ThreatDetector.create({ rules: source(...texts), backend, registry, now: () => 0 });

  test('events and detections by level, one at a time, by batch and off this thread', async () => {
    const registry = new Registry();
    using detector = await make(registry, rule('one', 'evil'), rule('two', 'odd', 'low'));
    const before = await shown(registry);
    expect(before.get('wolfsec_detect_events_total')).toBe(0);
    expect(before.get('wolfsec_detect_detections_total{level="high"}')).toBe(0);
    detector.detect({ f: 'evil' });
    detector.detect({ f: 'fine' });
    detector.detectBatch(ndjson({ f: 'evil and odd' }, { f: 'fine' }));
    await detector.processBatch(ndjson({ f: 'odd' }, { f: 'odd' }, { f: 'fine' }));
    const after = await shown(registry);
    expect(after.get('wolfsec_detect_events_total')).toBe(7);
    expect(after.get('wolfsec_detect_detections_total{level="high"}')).toBe(2);
    expect(after.get('wolfsec_detect_detections_total{level="low"}')).toBe(3);
    expect(after.get('wolfsec_detect_detections_total{level="critical"}')).toBe(0);
    expect(after.get('wolfsec_detect_batch_duration_seconds_count')).toBe(2);
    expect(after.get('wolfsec_detect_batch_duration_seconds_sum')).toBeGreaterThan(0);
  });

  test('what is no event, by reason', async () => {
    const registry = new Registry();
    using detector = await make(registry, rule('one', 'evil'));
    for (const text of ['{', '[]', ' ']) expect(() => detector.detect(text)).toThrow();
    const deep = '{"a":'.repeat(200) + '1'.padEnd(201, '}');
    detector.detectBatch(Buffer.from(`nonsense\n{}\n\n${deep}\n`));
    const samples = await shown(registry);
    expect(samples.get('wolfsec_detect_faults_total{reason="syntax"}')).toBe(3);
    expect(samples.get('wolfsec_detect_faults_total{reason="not_an_object"}')).toBe(1);
    expect(samples.get('wolfsec_detect_faults_total{reason="too_deep"}')).toBe(1);
    expect(samples.get('wolfsec_detect_events_total')).toBe(1);
  });

  test('rules loaded, anew and in vain; what is disposed of no longer counts', async () => {
    const registry = new Registry();
    const rules = async () => {
      const samples = await shown(registry);
      const of = (kind: string) => samples.get(`wolfsec_detect_rules{kind="${kind}"}`);
      return [of('detection'), of('correlation'), of('refused')];
    };
    const detector = await make(registry, rule('one', 'evil'), correlation);
    expect(await rules()).toEqual([1, 1, 0]);
    const other = await make(registry, rule('two', 'evil'), 'title: broken\n');
    expect(await rules()).toEqual([2, 1, 1]);
    await detector.reload({ rules: source(rule('one', 'evil'), rule('two', 'odd')) });
    expect(await rules()).toEqual([3, 0, 1]);
    await expect(detector.reload({ rules: '/nowhere' })).rejects.toThrow();
    await expect(ThreatDetector.create({ rules: '/nowhere', backend, registry })).rejects.toThrow();
    const samples = await shown(registry);
    expect(samples.get('wolfsec_detect_loads_total{outcome="success"}')).toBe(3);
    expect(samples.get('wolfsec_detect_loads_total{outcome="failure"}')).toBe(2);
    detector.detect({ f: 'evil' });
    detector[Symbol.dispose]();
    other[Symbol.dispose]();
    expect(await rules()).toEqual([0, 0, 0]);
    expect((await shown(registry)).get('wolfsec_detect_events_total')).toBe(1);
  });

  test('values that were known from before', async () => {
    const registry = new Registry();
    using detector = await make(registry, rule('one', 'evil'));
    for (let i = 0; i < 10; i++) detector.detect({ f: 'the same' });
    detector.detect({ f: 'x'.repeat(5_000) });
    const samples = await shown(registry);
    const hits = samples.get('wolfsec_cache_requests_total{cache="detect_values",outcome="hit"}') ?? 0;
    const misses = samples.get('wolfsec_cache_requests_total{cache="detect_values",outcome="miss"}') ?? 0;
    expect(hits).toBeGreaterThanOrEqual(8);
    expect(misses).toBeGreaterThanOrEqual(2);
    expect(hits + misses).toBe(11);
  });

  test('groups of correlations, and hits that came too late', async () => {
    const registry = new Registry();
    using detector = await make(registry, rule('one', 'evil'), correlation);
    const at = (second: number, u: string) => ({
      '@timestamp': new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
      f: 'evil',
      u,
    });
    detector.detectBatch(ndjson(at(300, 'ann'), at(301, 'bob'), at(302, 'bob'), at(10, 'bob')));
    const samples = await shown(registry);
    expect(samples.get('wolfsec_detect_correlation_groups')).toBe(2);
    expect(samples.get('wolfsec_detect_correlation_hits')).toBe(3);
    expect(samples.get('wolfsec_detect_correlation_late_hits_total')).toBe(1);
    expect(samples.get('wolfsec_detect_detections_total{level="critical"}')).toBe(1);
    await detector.reload();
    const fresh = await shown(registry);
    expect(fresh.get('wolfsec_detect_correlation_groups')).toBe(0);
    expect(fresh.get('wolfsec_detect_correlation_late_hits_total')).toBe(1);
  });
});

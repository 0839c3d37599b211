import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type LabelValues,
  Metrics,
  negotiate,
  Registry,
  watchPool,
  watchQueue,
  watchRuntime,
} from '../../src/metrics/index.ts';
import { bucketOf } from '../../src/metrics/log-linear.ts';
import { SeriesTable } from '../../src/metrics/series-table.ts';

test('names and labels are held to the Prometheus rules', () => {
  const registry = new Registry();
  const help = 'h';
  const wrong = [
    () => registry.counter({ name: '1st', help }),
    () => registry.counter({ name: 'a-b', help }),
    () => registry.counter({ name: 'a', help, labels: ['__name'] }),
    () => registry.counter({ name: 'a', help, labels: ['x', 'x'] }),
    () => registry.histogram({ name: 'a', help, labels: ['le'] }),
    () => registry.histogram({ name: 'a', help, buckets: [2, 1] }),
    () => registry.summary({ name: 'a', help, labels: ['quantile'] }),
    () => registry.gauge({ name: 'a', help, unit: 'seconds' }),
    () => registry.histogram({ name: 'a_count', help }),
  ];
  for (const declare of wrong)
    expect(declare).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
  registry.histogram({ name: 'taken', help });
  expect(() => registry.gauge({ name: 'taken_sum', help })).toThrow(
    /taken_sum belongs to the histogram taken/,
  );
  const counter = registry.counter({ name: 'c_total', help });
  expect(registry.counter({ name: 'c', help })).toBe(counter);
  expect(() => registry.counter({ name: 'c', help, labels: ['l'] })).toThrow(/belongs to/);
});

test('beyond its limit a metric keeps one series for all the rest, and says so', async () => {
  const registry = new Registry({ seriesLimit: 100 });
  const counter = registry.counter({ name: 'hits', help: 'h', labels: ['path', 'host'] });
  for (let i = 0; i < 1000; i++) counter.inc({ path: `/${i}`, host: 'a' });
  expect(counter.size).toBe(101);
  const text = await registry.text();
  expect(text).toContain('hits_total{path="__overflow__",host="__overflow__"} 900');
  expect(text).toContain('wolfsec_metrics_overflow_total{metric="hits"} 900');
});

test('a value that cannot be recorded is counted, not thrown', () => {
  const registry = new Registry();
  const counter = registry.counter({ name: 'c', help: 'c' });
  const histogram = registry.exponentialHistogram({ name: 'h', help: 'h' });
  for (const value of [-1, Number.NaN, Infinity]) {
    counter.inc(value);
    histogram.observe(value);
  }
  expect([counter.value(), histogram.count()]).toEqual([0, 0]);
  const rejected = registry.snapshot().families.find(({ name }) => name === 'wolfsec_metrics_rejected');
  expect(rejected?.series.map(({ value }) => value)).toEqual([3, 3]);
});

test('a handle outlives the removal of its series, and never writes to another', () => {
  const counter = new Registry().counter({ name: 'c', help: 'c', labels: ['l'] });
  const a = counter.labels('a');
  a.inc(5);
  expect(counter.remove({ l: 'a' })).toBe(true);
  counter.labels('b').inc(2);
  a.inc(1);
  expect([counter.value({ l: 'a' }), counter.value({ l: 'b' })]).toEqual([1, 2]);
});

test('handles agree with a model while series come, go and are reset', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ record: fc.nat(39), amount: fc.constantFrom(1, 1, 2, 0.5, 2 ** 31) }),
    },
    { weight: 2, arbitrary: fc.record({ remove: fc.nat(39) }) },
    { weight: 1, arbitrary: fc.constant({ reset: true }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), fc.boolean(), (steps, shared) => {
      const registry = new Registry({ shared });
      const labels = ['l'] as const;
      const counter = registry.counter({ name: 'c', help: 'c', labels });
      const histogram = registry.exponentialHistogram({ name: 'h', help: 'h', labels });
      const fixed = registry.histogram({ name: 'f', help: 'f', labels });
      const handles = Array.from(
        { length: 40 },
        (_, i) => [counter.labels(i), histogram.labels(i), fixed.labels(i)] as const,
      );
      const model = new Map<string, number[]>();
      for (let i = 0; i < 40; i++) model.set(`${i}`, []);
      for (const step of steps) {
        if ('record' in step) {
          const [count, ...observers] = handles[step.record]!;
          count.inc(step.amount);
          for (const observer of observers) observer.observe(step.amount);
          model.set(`${step.record}`, [...(model.get(`${step.record}`) ?? []), step.amount]);
        } else if ('remove' in step) {
          const known = model.delete(`${step.remove}`);
          expect(counter.remove({ l: step.remove })).toBe(known);
          expect(histogram.remove({ l: step.remove })).toBe(known);
          expect(fixed.remove({ l: step.remove })).toBe(known);
        } else {
          counter.reset();
          histogram.reset();
          fixed.reset();
          model.clear();
        }
      }
      const sum = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
      const shown = (
        family: typeof counter | typeof histogram | typeof fixed,
        read: (l: LabelValues<'l'>) => unknown,
      ) =>
        Array.from({ length: family.table.end }, (_, id) => id)
          .filter((id) => family.table.isAlive(id))
          .map((id) => family.table.valuesOf(id)[0]!)
          .toSorted((a, b) => Number(a) - Number(b))
          .map((l) => [l, read({ l })]);
      const expected = [...model].toSorted((a, b) => Number(a[0]) - Number(b[0]));
      expect(shown(counter, (l) => counter.value(l))).toEqual(
        expected.map(([l, values]) => [l, sum(values)]),
      );
      for (const family of [histogram, fixed]) {
        expect(shown(family, (l) => [family.count(l), family.sum(l)])).toEqual(
          expected.map(([l, values]) => [l, [values.length, sum(values)]]),
        );
      }
    }),
    { numRuns: 200 },
  );
});

test('counts go on above 32 bits', async () => {
  const registry = new Registry();
  const counter = registry.counter({ name: 'c', help: 'c' });
  const histogram = registry.exponentialHistogram({ name: 'h', help: 'h', buckets: [1] });
  const handles = { counter: counter.labels(), histogram: histogram.labels() };
  counter.inc(2 ** 31 - 3);
  histogram.pages.add(0, bucketOf(1), 2 ** 32 - 3);
  for (let i = 0; i < 5; i++) {
    handles.counter.inc();
    handles.histogram.observe(1);
  }
  counter.inc(0.5);
  histogram.observe(1);
  const other = new Registry().exponentialHistogram({ name: 'h', help: 'h' });
  other.merge(histogram);
  expect([handles.counter.value, handles.histogram.count, other.count()]).toEqual([
    2 ** 31 + 2.5,
    2 ** 32 + 3,
    2 ** 32 + 3,
  ]);
  const text = await registry.text();
  expect(text).toContain(`\nc_total ${2 ** 31 + 2.5}\n`);
  expect(text).toContain(`\nh_bucket{le="1"} ${2 ** 32 + 3}\n`);
  histogram.reset();
  expect([histogram.count(), handles.histogram.count]).toEqual([0, 0]);
});

// 4 × 31 values fill a grid; 60 × 60 leave it nearly empty, so that the table goes over to hashing.
test.each([
  { width: 1, values: [3000] },
  { width: 2, values: [4, 31] },
  { width: 2, values: [60, 60] },
  { width: 3, values: [3, 20, 20] },
])('the series table agrees with a map: $width labels of $values values', ({ width, values }) => {
  const step = fc.record({
    labels: fc.tuple(...values.map((count) => fc.nat(count - 1).map((n) => (n === 0 ? '' : `${n}`)))),
    remove: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      const table = new SeriesTable(width);
      const model = new Map<string, number>();
      for (const { labels, remove } of steps) {
        const key = labels.join('\0');
        expect(table.find(labels)).toBe(model.get(key) ?? -1);
        if (remove && model.has(key)) {
          table.remove(model.get(key)!);
          if (model.size % 2 === 0) table.recycle();
          model.delete(key);
        } else if (!remove && !model.has(key)) model.set(key, table.add(labels));
      }
      for (const [key, id] of model) {
        expect(table.valuesOf(id).join('\0')).toBe(key);
        expect(table.find(key.split('\0'))).toBe(id);
      }
      expect(table.size).toBe(model.size);
    }),
    { numRuns: 50 },
  );
});

test('labels that come and go do not grow the memory', () => {
  const registry = new Registry();
  const counter = registry.counter({ name: 'c', help: 'c', labels: ['l'] });
  for (let i = 0; i < 100_000; i++) {
    counter.inc({ l: `session-${i}`.padEnd(100, 'x') });
    if (i >= 10) counter.remove({ l: `session-${i - 10}`.padEnd(100, 'x') });
  }
  expect(counter.size).toBe(10);
  expect(registry.bytes).toBeLessThan(4_000_000);
});

test('the format is what the Accept header prefers', () => {
  const prometheus =
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
  expect(negotiate(prometheus)).toBe('openmetrics');
  expect(negotiate('text/plain;q=1, application/openmetrics-text;q=0.1')).toBe('prometheus');
  expect([undefined, '', '*/*', 'image/png', 'application/openmetrics-text;q=0'].map(negotiate)).toEqual(
    Array(5).fill('prometheus'),
  );
});

test("the guide's recorders need no declaration", async () => {
  const metrics = new Metrics();
  metrics.recordLatency('scan', 12);
  metrics.incrementCounter('operations_completed');
  metrics.gauge('active_connections', 7);
  {
    using _ = metrics.timer('scan');
  }
  const text = await metrics.registry.text();
  expect(text).toContain('wolfsec_operation_duration_seconds_count{operation="scan"} 2');
  expect(text).toContain('operations_completed_total 1');
  expect(text).toContain('active_connections 7');
  expect(metrics.latencyMs('scan', 1)).toBeCloseTo(12, 0);
});

test('the runtime shows its figures', async () => {
  const registry = new Registry();
  const end = watchRuntime(registry);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const text = await registry.text();
  end();
  for (const name of [
    'process_cpu_seconds_total{mode="user"}',
    'process_resident_memory_bytes',
    'nodejs_heap_used_bytes',
  ]) {
    expect(Number(text.split(`\n${name} `)[1]?.split('\n')[0])).toBeGreaterThan(0);
  }
  expect(text).toMatch(/nodejs_eventloop_delay_seconds\{stat="p99"\} 0\.\d+/);
  expect(text).toMatch(/nodejs_eventloop_utilization_ratio [\d.e-]+/);
  expect(text).toContain('process_network_bytes_total{direction="receive"}');
});

test('a pool and a queue show their state; what they count follows and never falls', async () => {
  const registry = new Registry();
  const pool = { size: 4, inUse: 3, idle: 1, waiting: 2, waitMs: 1500, acquired: 10, failedConnections: 1 };
  const queue = { running: 2, waiting: 7, limit: 3, started: 9, waitMs: 250, rejected: 4 };
  const ends = [
    watchPool(registry, 'app_db', 'main', () => pool),
    watchQueue(registry, 'passwords', () => queue),
    watchQueue(registry, 'scans', () => ({ running: 1, waiting: 0 })),
  ];
  await registry.text();
  const text = await registry.text();
  for (const line of [
    'app_db_pool_connections{pool="main",state="busy"} 3',
    'app_db_pool_connections_limit{pool="main"} 4',
    'app_db_pool_utilization_ratio{pool="main"} 0.75',
    'app_db_pool_wait_seconds_total{pool="main"} 1.5',
    'app_db_pool_acquisitions_total{pool="main"} 10',
    'wolfsec_offthread_tasks{queue="passwords",state="running"} 2',
    'wolfsec_offthread_tasks{queue="passwords",state="waiting"} 7',
    'wolfsec_offthread_limit{queue="passwords"} 3',
    'wolfsec_offthread_started_total{queue="passwords"} 9',
    'wolfsec_offthread_wait_seconds_total{queue="passwords"} 0.25',
    'wolfsec_offthread_rejected_total{queue="passwords"} 4',
    'wolfsec_offthread_tasks{queue="scans",state="running"} 1',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).toMatch(/^wolfsec_offthread_utilization_ratio\{queue="passwords"\} 0\.666/m);
  expect(text).not.toContain('wolfsec_offthread_limit{queue="scans"}');
  for (const end of ends) end();
  pool.inUse = 0;
  queue.running = 0;
  expect(await registry.text()).toBe(text);
});

test('label values that are shown alike are one series', async () => {
  const registry = new Registry();
  const seen = registry.counter({ name: 'seen', help: 'x', labels: ['agent'], seriesLimit: 4 });
  const long = 'a'.repeat(5_000);
  for (const agent of [`${long}1`, `${long}2`, '\ud800', '\udbff', '__overflow__']) seen.inc({ agent });
  seen.labels(`${long}3`).inc();
  for (const agent of ['b', 'c', 'd', 'e']) seen.inc({ agent });
  const lines = (await registry.text()).split('\n').filter((line) => line.startsWith('seen_total'));
  const names = lines.map((line) => line.slice(0, line.lastIndexOf(' ')));
  expect(new Set(names).size).toBe(names.length);
  expect(seen.value({ agent: long })).toBe(3);
  expect(seen.value({ agent: '\udfff' })).toBe(2);
  expect(seen.value({ agent: '__overflow__' })).toBe(3);
  expect(seen.remove({ agent: `${long}4` })).toBe(true);
  expect(seen.value({ agent: long })).toBe(0);
});

import { spawnSync } from 'node:child_process';
import { DataPointType, MetricReader } from '@opentelemetry/sdk-metrics';
import parse from 'parse-prometheus-text-format';
import * as promClient from 'prom-client';
import { expect, test } from 'vitest';
import { mountInPromClient, openTelemetryProducer, Registry } from '../../src/metrics/index.ts';

function filled(): Registry {
  const registry = new Registry({ commonLabels: { service: 'api' } });
  const counter = registry.counter({
    name: 'requests',
    help: 'Requests\nof "all" \\ kinds.',
    labels: ['path'],
  });
  counter.inc({ path: 'a"b\\c\nd' }, 3, { trace_id: 'abc' });
  counter.inc({ path: 'é' }, 1.5);
  registry.gauge({ name: 'level', help: 'Level.' }).set(-2.5);
  const histogram = registry.histogram({
    name: 'wait_seconds',
    help: 'Wait.',
    unit: 'seconds',
    buckets: [0.1, 1],
  });
  const exponential = registry.exponentialHistogram({ name: 'span_seconds', help: 'Span.', labels: ['op'] });
  const summary = registry.summary({ name: 'size_bytes', help: 'Size.' });
  for (let i = 1; i <= 100; i++) {
    histogram.observe(i / 50);
    exponential.observe({ op: 'x' }, i / 1000);
    summary.observe(i);
  }
  registry.info({ name: 'build', help: 'Build.', labels: ['version'] }).set({ version: '1' });
  registry.stateSet({ name: 'mode', help: 'Mode.', states: ['on', 'off'] }).set('on');
  return registry;
}

test('promtool finds nothing to say', async ({ skip }) => {
  if (spawnSync('promtool', ['--version']).error)
    return skip('promtool is not installed (apt-get install prometheus)');
  const checked = spawnSync('promtool', ['check', 'metrics'], {
    input: await filled().text(),
    encoding: 'utf8',
  });
  expect(checked.stderr + checked.stdout).toBe('');
  expect(checked.status).toBe(0);
});

test('promtool takes the alert rules', ({ skip }) => {
  if (spawnSync('promtool', ['--version']).error)
    return skip('promtool is not installed (apt-get install prometheus)');
  const checked = spawnSync('promtool', ['check', 'rules', 'docs/prometheus-alerts.yml'], {
    encoding: 'utf8',
  });
  expect(checked.status, checked.stderr + checked.stdout).toBe(0);
});

test('a parser that is not ours reads what was recorded', async () => {
  const families = new Map(parse(await filled().text()).map((family) => [family.name, family]));
  expect(families.get('requests_total')?.metrics.map(({ value }) => Number(value))).toEqual([3, 1.5]);
  expect(families.get('requests_total')?.metrics[0]?.labels).toEqual({ service: 'api', path: 'a"b\\c\nd' });
  expect(families.get('wait_seconds')?.metrics[0]).toMatchObject({
    buckets: { 0.1: '5', 1: '50', '+Inf': '100' },
  });
  expect(Object.keys(families.get('size_bytes')?.metrics[0]?.quantiles ?? {})).toEqual([
    '0.5',
    '0.95',
    '0.99',
    '0.999',
  ]);
  expect(families.get('mode')?.type).toBe('GAUGE');
});

test('the same parser reads counts and sums, which it drops where there are labels', async () => {
  const registry = new Registry();
  const observers = [
    registry.histogram({ name: 'plain', help: 'p', buckets: [0.1, 1] }),
    registry.exponentialHistogram({ name: 'exponential', help: 'e' }),
    registry.summary({ name: 'window', help: 'w' }),
  ];
  for (const observer of observers) for (let i = 1; i <= 100; i++) observer.observe(i / 4);
  const families = parse(await registry.text());
  expect(families.map(({ name, metrics }) => [name, metrics[0]?.count, metrics[0]?.sum])).toEqual([
    ['plain', '100', '1262.5'],
    ['exponential', '100', '1262.5'],
    ['window', '100', '1262.5'],
  ]);
});

const readOpenMetrics = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        exemplar = sample.exemplar and sample.exemplar.labels
        print(json.dumps([family.type, sample.name, sample.labels, sample.value, exemplar]))
`;

test("the reference parser of OpenMetrics reads ours, with what Prometheus' own text cannot say", async ({
  skip,
}) => {
  if (spawnSync('python3', ['-c', 'import prometheus_client']).status !== 0) {
    return skip('prometheus_client is not installed (apt-get install python3-prometheus-client)');
  }
  const read = spawnSync('python3', ['-c', readOpenMetrics], {
    input: await filled().text('openmetrics'),
    encoding: 'utf8',
  });
  expect(read.stderr).toBe('');
  const samples = read.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string, Record<string, string>, number, unknown]);
  const named = (wanted: string) => samples.filter(([, name]) => name === wanted);
  expect(
    named('requests_total').map(([type, , labels, value, exemplar]) => [type, labels.path, value, exemplar]),
  ).toEqual([
    ['counter', 'a"b\\c\nd', 3, { trace_id: 'abc' }],
    ['counter', 'é', 1.5, null],
  ]);
  expect(named('requests_created').length).toBe(2);
  expect(named('wait_seconds_count')[0]?.[3]).toBe(100);
  expect(named('span_seconds_sum')[0]?.[2]).toEqual({ service: 'api', op: 'x' });
  expect(named('span_seconds_sum')[0]?.[3]).toBeCloseTo(5.05);
  expect(named('size_bytes_count')[0]?.[3]).toBe(100);
  expect(named('build_info')[0]?.[0]).toBe('info');
  expect(named('mode').map(([type, , { mode }, value]) => [type, mode, value])).toEqual([
    ['stateset', 'on', 1],
    ['stateset', 'off', 0],
  ]);
});

test('prom-client shows our series beside its own', async () => {
  const theirs = new promClient.Registry();
  new promClient.Counter({ name: 'their_total', help: 't', registers: [theirs] }).inc();
  const registry = filled();
  mountInPromClient(registry, theirs);
  mountInPromClient(registry, theirs);
  const text = await theirs.metrics();
  expect(text).toContain('their_total 1');
  expect(text).toContain('requests_total{service="api",path="é"} 1.5');
  expect(text).toContain('wait_seconds_bucket{service="api",le="+Inf"} 100');
  expect(text).toContain('span_seconds_count{service="api",op="x"} 100');
});

test('a reader of the OpenTelemetry SDK collects our series', async () => {
  class Reader extends MetricReader {
    protected async onShutdown() {}
    protected async onForceFlush() {}
  }
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const reader = new Reader({ metricProducers: [openTelemetryProducer(filled())] });
  const provider = new MeterProvider({ readers: [reader] });
  const { resourceMetrics, errors } = await reader.collect();
  await provider.shutdown();
  expect(errors).toEqual([]);
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const named = (name: string) => metrics.find(({ descriptor }) => descriptor.name === name);
  expect(named('requests')).toMatchObject({ dataPointType: DataPointType.SUM, isMonotonic: true });
  expect(named('requests')?.dataPoints.map(({ value }) => value)).toEqual([3, 1.5]);
  const span = named('span_seconds')?.dataPoints[0]?.value as {
    count: number;
    buckets: { boundaries: number[]; counts: number[] };
  };
  expect(span.count).toBe(100);
  expect(span.buckets.counts.length).toBe(span.buckets.boundaries.length + 1);
  expect(span.buckets.counts.reduce((a, b) => a + b, 0)).toBe(100);
});

test('a scrape by prom-client asks collectors once, however many metrics there are', async () => {
  const registry = filled();
  let asked = 0;
  const end = registry.onScrape(() => asked++);
  const theirs = new promClient.Registry();
  mountInPromClient(registry, theirs);
  for (const scrapes of [1, 2]) {
    asked = 0;
    for (let i = 0; i < scrapes; i++) await theirs.metrics();
    expect(asked).toBe(scrapes);
  }
  asked = 0;
  await theirs.getMetricsAsJSON();
  expect(asked).toBe(1);
  end();
});

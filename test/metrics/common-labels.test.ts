import promClient from 'prom-client';
import { expect, test } from 'vitest';
import {
  mountInPromClient,
  openTelemetryProducer,
  Registry,
  ThreadHub,
  threadRegistry,
} from '../../src/metrics/index.ts';

const filled = () => {
  const registry = new Registry({ commonLabels: { service: 'api' } });
  registry.counter({ name: 'c', help: 'c', labels: ['l'] }).inc({ l: 'x' });
  registry.summary({ name: 's', help: 's', quantiles: [0.5] }).observe(0);
  return registry;
};

test('a scrape of several threads has the common labels', async () => {
  const hub = new ThreadHub(filled());
  threadRegistry(hub.connect())
    .counter({ name: 'c', help: 'c', labels: ['l'] })
    .inc({ l: 'x' });
  await new Promise(setImmediate);
  const text = Buffer.from((await hub.scrape()).body).toString();
  expect(text).toContain('c_total{service="api",l="x"} 2\n');
  expect(text).toContain('s_count{service="api"} 1\n');
});

test('prom-client shows the common labels', async () => {
  const theirs = new promClient.Registry();
  mountInPromClient(filled(), theirs);
  const text = await theirs.metrics();
  expect(text).toContain('c_total{service="api",l="x"} 1\n');
  expect(text).toContain('s_count{service="api"} 1\n');
});

test('OpenTelemetry has the common labels as attributes', async () => {
  const { resourceMetrics } = await openTelemetryProducer(filled()).collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics) as {
    dataPoints: { attributes: object }[];
  }[];
  expect(metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes))).toEqual([
    { service: 'api', l: 'x' },
    { service: 'api', quantile: 0.5 },
  ]);
});

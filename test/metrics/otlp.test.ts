import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { exportOtlp, Registry } from '../../src/metrics/index.ts';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}
interface Point {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly count?: string | number;
  readonly sum?: number;
  readonly bucketCounts?: readonly (string | number)[];
  readonly explicitBounds?: readonly number[];
}
interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly isMonotonic: boolean; readonly dataPoints: readonly Point[] };
  readonly gauge?: { readonly dataPoints: readonly Point[] };
  readonly histogram?: { readonly dataPoints: readonly Point[] };
}
interface Posted {
  readonly path: string | undefined;
  readonly token: string | string[] | undefined;
  readonly body: {
    readonly resourceMetrics: readonly {
      readonly resource: { readonly attributes: readonly Attribute[] };
      readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
    }[];
  };
}

/** A collector's OTLP/HTTP end that keeps what is posted, and answers as it is told. */
async function collector(answer: () => number) {
  const posts: Posted[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request)) as Posted['body'];
    posts.push({ path: request.url, token: request.headers['x-token'], body });
    response.writeHead(answer(), { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`;
  return { posts, url, [Symbol.dispose]: () => void server.close().closeAllConnections() };
}

test('a collector gets the values, the resource and the headers by OTLP/HTTP', async () => {
  using receiver = await collector(() => 200);
  const registry = new Registry();
  registry.counter({ name: 'requests', help: 'r', labels: ['path'] }).inc({ path: '/é' }, 3);
  registry.gauge({ name: 'level', help: 'l' }).set(-2.5);
  const span = registry.exponentialHistogram({ name: 'span_seconds', help: 's', unit: 'seconds' });
  const plain = registry.histogram({ name: 'wait_seconds', help: 'w', buckets: [1, 2] });
  for (const value of [0.5, 1, 1.5, 8]) {
    span.observe(value);
    plain.observe(value);
  }
  const running = await exportOtlp(registry, {
    url: receiver.url,
    headers: { 'x-token': 'abc' },
    resource: { 'service.name': 'api' },
  });
  await running.flush();
  await running.close();

  const { path, token, body } = receiver.posts[0]!;
  expect([path, token]).toEqual(['/v1/metrics', 'abc']);
  const { resource, scopeMetrics } = body.resourceMetrics[0]!;
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'api' } });
  const metrics = new Map(scopeMetrics.flatMap((scope) => scope.metrics).map((each) => [each.name, each]));
  expect(metrics.get('requests')?.sum).toMatchObject({
    isMonotonic: true,
    dataPoints: [{ asDouble: 3, attributes: [{ key: 'path', value: { stringValue: '/é' } }] }],
  });
  expect(metrics.get('level')?.gauge?.dataPoints[0]?.asDouble).toBe(-2.5);
  const waited = metrics.get('wait_seconds')?.histogram?.dataPoints[0];
  expect(waited).toMatchObject({ sum: 11, explicitBounds: [1, 2] });
  expect([Number(waited?.count), waited?.bucketCounts?.map(Number)]).toEqual([4, [2, 1, 1]]);
  expect(metrics.get('span_seconds')?.unit).toBe('seconds');
  const spans = metrics.get('span_seconds')?.histogram?.dataPoints[0];
  expect([Number(spans?.count), spans?.sum]).toEqual([4, 11]);
  expect(spans?.bucketCounts?.length).toBe((spans?.explicitBounds?.length ?? 0) + 1);
  // The last post says what became of the first.
  expect(registry.snapshot().families.find(({ name }) => name === 'wolfsec_metrics_exports')).toMatchObject({
    series: [{ labels: { outcome: 'success' }, value: 2 }],
  });
});

test('an export that is refused is counted, and the next one succeeds', async () => {
  let status = 400;
  using receiver = await collector(() => status);
  const registry = new Registry();
  await using running = await exportOtlp(registry, { url: receiver.url });
  await running.flush();
  status = 200;
  await running.flush();
  const exports = registry.counter({ name: 'wolfsec_metrics_exports_total', help: '', labels: ['outcome'] });
  expect([exports.value({ outcome: 'failure' }), exports.value({ outcome: 'success' })]).toEqual([1, 1]);
});

test('spans that make no sense are refused', async () => {
  for (const options of [{ intervalMs: 0 }, { timeoutMs: 0 }, { intervalMs: 10, timeoutMs: 11 }]) {
    await expect(exportOtlp(new Registry(), options)).rejects.toMatchObject({
      code: 'WOLFSEC_INVALID_ARGUMENT',
    });
  }
});

import { expect, test } from 'vitest';
import { Registry } from '../../src/metrics/index.ts';

test('an exemplar that is no text is left out, and the value recorded', async () => {
  const registry = new Registry();
  const counter = registry.counter({ name: 'c', help: 'c' });
  const histogram = registry.histogram({ name: 'h', help: 'h', buckets: [1] });
  for (const trace of [undefined, null, 7]) {
    const exemplar = { trace_id: trace } as unknown as Record<string, string>;
    counter.inc({}, 1, exemplar);
    histogram.observe({}, 1, exemplar);
  }
  const text = await registry.text('openmetrics');
  expect(text).toContain('c_total 3\n');
  expect(text).toContain('h_bucket{le="1.0"} 3\n');
});

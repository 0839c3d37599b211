import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeFrame } from '../../src/metrics/frame.ts';
import { Registry } from '../../src/metrics/index.ts';
import { TextArena } from '../../src/metrics/text-arena.ts';
import { bothBackends, describeBackends, withoutNative } from './backends.ts';

const value = fc.oneof(
  fc.double(),
  fc.nat(),
  fc.constantFrom(
    0,
    -0,
    1e21,
    1e-7,
    5e-324,
    Number.MAX_VALUE,
    2 ** 31,
    2 ** 53,
    Infinity,
    -Infinity,
    Number.NaN,
  ),
);
const label = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('"', '\\', '\n', '\ud800', ''),
);

type Step = { label: string; value: number; remove: boolean };
const steps = fc.array(fc.record({ label, value, remove: fc.boolean() }), { maxLength: 40 });

/** Every type, fed by the same steps. */
function fill(registry: Registry, steps: readonly Step[]): void {
  const labels = ['l'] as const;
  const counter = registry.counter({ name: 'c', help: 'a "c"\n\\', labels });
  const gauge = registry.gauge({ name: 'g', help: 'g', labels });
  const plain = registry.gauge({ name: 'plain', help: 'no labels' });
  const histogram = registry.histogram({ name: 'h', help: 'h', labels, buckets: [-1, 0, 0.5, 1e9] });
  const exponential = registry.exponentialHistogram({
    name: 'e',
    help: 'e',
    labels,
    buckets: [0, 0.3, 1, 1e6],
  });
  const summary = registry.summary({ name: 's', help: 's', labels });
  const states = registry.stateSet({ name: 'm', help: 'm', labels, states: ['on', 'off'] });
  for (const [i, step] of steps.entries()) {
    const at = { l: step.label };
    if (step.remove) for (const family of [counter, histogram, exponential, summary]) family.remove(at);
    counter.inc(at, step.value, i % 3 ? undefined : { trace_id: `${i}` });
    gauge.set(at, step.value);
    plain.set(step.value);
    histogram.observe(at, step.value, i % 2 ? undefined : { trace_id: `${i}` });
    exponential.observe(at, step.value, i % 5 ? undefined : { trace_id: `${i}` });
    summary.observe(at, step.value);
    states.set(i % 2 ? 'on' : [], at);
  }
}

test('both back ends write the same bytes', async ({ skip }) => {
  if (!bothBackends) return skip(withoutNative);
  const { native, portable } = bothBackends;
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom('prometheus', 'openmetrics'), async (steps, format) => {
      const registry = new Registry({ commonLabels: steps.length % 2 ? {} : { service: 'x' } });
      fill(registry, steps);
      const frame = registry.frame(format as 'prometheus');
      const texts = await Promise.all([native, portable].map((each) => each.exposition.serialise(frame)));
      expect(Buffer.from(texts[0]!).toString()).toBe(Buffer.from(texts[1]!).toString());
    }),
  );
});

describeBackends('exposition', ({ exposition }) => {
  test('an empty registry gives an empty text', async () => {
    expect((await exposition.serialise(takeFrame([], new TextArena(), 'prometheus'))).length).toBe(0);
    const end = await exposition.serialise(takeFrame([], new TextArena(), 'openmetrics'));
    expect(Buffer.from(end).toString()).toBe('# EOF\n');
  });

  test('texts longer than a part, and many segments of label text', async () => {
    const registry = new Registry({ seriesLimit: 100_000 });
    const counter = registry.counter({ name: 'c', help: 'x'.repeat(600_000), labels: ['a'] });
    for (let i = 0; i < 5000; i++) counter.inc({ a: `${i}`.padEnd(900, 'é') }, i);
    const text = Buffer.from(await exposition.serialise(registry.frame())).toString();
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(5002);
    expect(lines.at(-1)).toBe(`c_total{a="${'4999'.padEnd(900, 'é')}"} 4999`);
  });
});

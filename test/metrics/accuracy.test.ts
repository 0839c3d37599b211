import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketCount, bucketEdge } from '../../src/backend/contract/log-linear.ts';
import { BoundIndex } from '../../src/metrics/bound-index.ts';
import { mergeInto, Registry } from '../../src/metrics/index.ts';
import { bucketOf } from '../../src/metrics/log-linear.ts';

const positive = fc.double({ min: 1e-9, max: 1e14, noNaN: true });
const values = fc.array(fc.oneof(positive, fc.double({ min: 0.001, max: 10, noNaN: true })), {
  minLength: 1,
  maxLength: 300,
});
const quantile = fc.double({ min: 0, max: 1, noNaN: true });

const exact = (sorted: readonly number[], q: number) =>
  sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;

test('every quantile is within 1 % of the observation it stands for', () => {
  fc.assert(
    fc.property(values, fc.array(quantile, { minLength: 1 }), (values, quantiles) => {
      const registry = new Registry();
      const histogram = registry.exponentialHistogram({ name: 'h', help: 'h' });
      const summary = registry.summary({ name: 's', help: 's' });
      for (const value of values) {
        histogram.observe(value);
        summary.observe(value);
      }
      const sorted = values.toSorted((a, b) => a - b);
      for (const q of [...quantiles, 0.5, 0.95, 0.99, 0.999]) {
        const truth = exact(sorted, q);
        expect(Math.abs(histogram.quantile(q) - truth) / truth).toBeLessThanOrEqual(0.01);
        expect(summary.quantile(q)).toBe(histogram.quantile(q));
      }
    }),
  );
});

test('a bucket holds all above the edge below it, and its own edge', () => {
  // The doubles nearest to a double: one step of its bits.
  const near = (value: number, steps: number) => {
    const bits = new BigInt64Array(Float64Array.of(value).buffer);
    bits[0]! += BigInt(steps);
    return new Float64Array(bits.buffer)[0]!;
  };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: bucketCount - 2 }),
      fc.integer({ min: 1, max: 1 << 30 }),
      (bucket, steps) => {
        const edge = bucketEdge(bucket);
        expect(bucketOf(edge)).toBe(bucket);
        expect(bucketOf(near(edge, -1))).toBe(bucket);
        expect(bucketOf(near(edge, -steps))).toBe(bucket);
        expect(bucketOf(near(edge, 1))).toBe(bucket + 1);
        expect(bucketOf(near(edge, steps))).toBe(bucket + 1);
      },
    ),
  );
  expect([0, -0, 5e-324, 2 ** -32].map(bucketOf)).toEqual([0, 0, 0, 0]);
  expect([2 ** 48 - 1, 2 ** 48, 1e300, Number.MAX_VALUE].map(bucketOf)).toEqual(
    Array(4).fill(bucketCount - 1),
  );
});

test('a value is counted in the bucket of the first bound that is not below it', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  const usual = fc.oneof(
    finite,
    fc.double({ min: -1, max: 20, noNaN: true }),
    fc.integer({ min: -3, max: 20 }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(usual, { maxLength: 40 }), fc.array(usual), (unsorted, values) => {
      const bounds = Float64Array.from(unsorted).sort();
      const index = new BoundIndex(bounds);
      for (const value of [...values, ...bounds, 0, -0, Number.MAX_VALUE, 5e-324]) {
        expect(index.find(value)).toBe(bounds.filter((bound) => bound < value).length);
      }
    }),
  );
});

test('merging is the union: of histograms and of whole registries', () => {
  fc.assert(
    fc.property(values, values, (left, right) => {
      const registries = [left, right, [...left, ...right]].map((values) => {
        const registry = new Registry();
        const labels = ['l'] as const;
        const histogram = registry.exponentialHistogram({ name: 'h', help: 'h', labels });
        const counter = registry.counter({ name: 'c', help: 'c', labels });
        const plain = registry.histogram({ name: 'p', help: 'p', labels, buckets: [1, 100] });
        for (const value of values) {
          const l = `${Math.round(value) % 3}`;
          histogram.observe({ l }, Math.ceil(value));
          counter.inc({ l });
          plain.observe({ l }, Math.ceil(value));
        }
        return { registry, histogram };
      });
      const merged = new Registry();
      expect(
        mergeInto(merged, [registries[0]!.registry.snapshot(), registries[1]!.registry.snapshot()]),
      ).toBe(0);
      const series = (registry: Registry) =>
        registry
          .snapshot()
          .families.map(({ name, series }) => [
            name,
            series
              .map(({ sum: _, createdSeconds: __, ...rest }) => rest)
              .toSorted((a, b) => (a.labels.l! < b.labels.l! ? -1 : 1)),
          ]);
      expect(series(merged)).toEqual(series(registries[2]!.registry));
      registries[0]!.histogram.merge(registries[1]!.histogram);
      for (const l of ['0', '1', '2']) {
        expect(registries[0]!.histogram.quantile(0.9, { l })).toBe(
          registries[2]!.histogram.quantile(0.9, { l }),
        );
      }
    }),
  );
});

test('a summary forgets what left its window', () => {
  let now = 0;
  const registry = new Registry();
  const summary = registry.summary({ name: 's', help: 's', windowMs: 1000, windowParts: 4, now: () => now });
  summary.observe(100);
  now = 700;
  summary.observe(1);
  expect(summary.quantile(1)).toBeCloseTo(100, -1);
  now = 1000;
  expect(summary.quantile(1)).toBeCloseTo(1, 1);
  now = 99_000;
  expect(summary.quantile(1)).toBeNaN();
  expect([summary.count(), summary.sum()]).toEqual([2, 101]);
});

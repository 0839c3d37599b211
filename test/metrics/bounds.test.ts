import { expect, test } from 'vitest';
import { Registry } from '../../src/metrics/index.ts';

const refused = expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' });

test('a limit of series that is none is refused', () => {
  const registry = new Registry();
  for (const seriesLimit of [Number.NaN, 0, -1])
    expect(() => registry.counter({ name: 'c', help: 'c', labels: ['l'], seriesLimit })).toThrow(refused);
});

test('an amount that is no number does not make a gauge one that is none for good', () => {
  const registry = new Registry();
  const gauge = registry.gauge({ name: 'g', help: 'g' });
  const series = gauge.labels();
  const wrong = [Number.NaN, Infinity, -Infinity];
  series.inc(2);
  for (const amount of wrong) {
    gauge.inc({}, amount);
    gauge.dec({}, amount);
    series.inc(amount);
    series.dec(amount);
  }
  gauge.inc();
  gauge.dec(0.5);
  series.dec();
  expect(gauge.value()).toBe(1.5);
  const rejected = registry.snapshot().families.find(({ name }) => name === 'wolfsec_metrics_rejected');
  expect(rejected?.series[0]?.value).toBe(12);
});

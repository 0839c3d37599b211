import { describe, expect, test } from 'vitest';
import { mannWhitney, median, quantile, standardDeviation } from '../../bench/harness/statistics.ts';

test('quantiles interpolate between neighbours', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([1, 2, 3, 4, 5], 0.99)).toBeCloseTo(4.96);
  expect(median([9, 1, 5])).toBe(5);
  expect(quantile([], 0.5)).toBeNaN();
});

test('the standard deviation is that of a sample', () => {
  expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138, 3);
  expect(standardDeviation([3])).toBe(0);
});

describe('Mann–Whitney', () => {
  test('counts orders exactly for few values', () => {
    expect(mannWhitney([4, 5, 6], [1, 2, 3])).toBeCloseTo(1 / 20);
    expect(mannWhitney([1, 2, 3], [4, 5, 6])).toBe(1);
    expect(mannWhitney([2, 5], [1, 3, 4])).toBeCloseTo(0.4); // U = 4: orders with U ≥ 4 are 4 of 10
  });

  test('uses the normal approximation for many values', () => {
    const low = Array.from({ length: 40 }, (_, i) => i);
    expect(mannWhitney(low, low)).toBeGreaterThan(0.45);
    expect(
      mannWhitney(
        low.map((v) => v + 30),
        low,
      ),
    ).toBeLessThan(1e-6);
  });

  test('finds nothing in values that are all the same', () => {
    expect(mannWhitney([1, 1, 1], [1, 1, 1])).toBe(1);
  });
});

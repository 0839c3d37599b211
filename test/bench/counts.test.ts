import { expect, test } from 'vitest';
import { compareCounts } from '../../bench/harness/counts.ts';

const counts = (find: number, rustc = 'rustc 1') => ({ rustc, counts: { find } });

test('a count within 2 % is the same', () => {
  expect(compareCounts(counts(10_000), counts(10_190))).toEqual({
    lines: ['same   find: 10190 (+1.9 %)'],
    failed: false,
  });
});

test('more instructions fail, fewer are told', () => {
  expect(compareCounts(counts(10_000), counts(10_300)).failed).toBe(true);
  expect(compareCounts(counts(10_000), counts(9_000))).toEqual({
    lines: ['fewer  find: 9000 (-10.0 %)'],
    failed: false,
  });
});

test('another compiler widens the tolerance and is named', () => {
  const { lines, failed } = compareCounts(counts(10_000), counts(10_800, 'rustc 2'));
  expect(failed).toBe(false);
  expect(lines[0]).toContain('rustc 2');
});

test('a path without a count, and a count without a path, fail', () => {
  expect(compareCounts({ rustc: 'r', counts: {} }, counts(1, 'r')).failed).toBe(true);
  expect(compareCounts(counts(1, 'r'), { rustc: 'r', counts: {} }).failed).toBe(true);
});

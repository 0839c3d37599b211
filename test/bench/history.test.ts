import { expect, test } from 'vitest';
import type { AreaRecord } from '../../bench/harness/record.ts';
import { histories } from '../../bench/report/history.ts';
import { launches } from './synthetic.ts';

const record = (takenAt: string, ns: number): AreaRecord => ({
  version: 1,
  area: 'match',
  environment: { takenAt } as AreaRecord['environment'],
  launches: launches(2, 1, ns),
});

test('runs become one history a group, oldest first', () => {
  const { groups, runs } = histories([
    record('2026-02-01T00:00:00Z', 200),
    record('2026-01-01T00:00:00Z', 100),
  ]);
  expect(runs.map((run) => run.at)).toEqual([1767225600, 1769904000]);
  expect(groups).toHaveLength(1);
  const points = groups[0]?.cases.native ?? [];
  expect(points.map((p) => Math.round(p.ns / 10) * 10)).toEqual([100, 200]);
  expect(points[0]?.adjusted).toBeCloseTo(0.01, 2);
});

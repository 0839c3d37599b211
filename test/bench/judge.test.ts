import { describe, expect, test } from 'vitest';
import { judge } from '../../bench/harness/judge.ts';
import { launches, type Machine } from './synthetic.ts';

const trials = 25;

/** How many of the trials end with a verdict of "slower". */
function alarms(factor: number, then: Machine, now: Machine): number {
  let count = 0;
  for (let seed = 1; seed <= trials; seed++) {
    const verdicts = judge(launches(3, seed, 100, then), launches(3, seed + 1e6, 100 * factor, now));
    if (verdicts.some((v) => v.slower)) count++;
  }
  return count;
}

describe('the same code', () => {
  test('is quiet on a quiet machine', () => expect(alarms(1, {}, {})).toBe(0));
  test('is quiet when the whole machine is 40 % slower', () => expect(alarms(1, {}, { drift: 1.4 })).toBe(0));
  test('is quiet beside a busy neighbour', () => expect(alarms(1, {}, { busy: 0.7 })).toBe(0));
  test('is quiet when the neighbour never rests', () => expect(alarms(1, {}, { busy: 1 })).toBe(0));
});

describe('a slowdown', () => {
  test('of 15 % is found', () => expect(alarms(1.15, {}, {})).toBe(trials));
  test('of 15 % is found on a machine that has become slower', () =>
    expect(alarms(1.15, {}, { drift: 1.4 })).toBe(trials));
  test('of 15 % is found beside a busy neighbour', () =>
    expect(alarms(1.15, { busy: 0.5 }, { busy: 0.5 })).toBeGreaterThan(trials * 0.9));
  test('of 5 % is not reported', () => expect(alarms(1.05, {}, {})).toBe(0));
});

test('tells by how much, within bounds', () => {
  const [verdict] = judge(launches(3, 1, 100), launches(3, 2, 130));
  expect(verdict?.change).toBeGreaterThan(1.25);
  expect(verdict?.change).toBeLessThan(1.35);
  expect(verdict?.low).toBeLessThan(verdict?.change as number);
  expect(verdict?.high).toBeGreaterThan(verdict?.change as number);
});

test('cases that only one side has are left alone', () => {
  const then = launches(3, 1, 100);
  const now = launches(3, 2, 100).map((groups) => groups.map((g) => ({ ...g, group: 'new' })));
  expect(judge(then, now)).toEqual([]);
});

import { expect, test } from 'vitest';
import type { AreaRecord } from '../../bench/harness/record.ts';
import { losses, lossTable } from '../../bench/report/losses.ts';
import { launches } from './synthetic.ts';

function record(nativeNs: number, otherNs: number, other: string, group = 'one call'): AreaRecord {
  const [native] = launches(1, 1, nativeNs)[0] ?? [];
  const [peer] = launches(1, 2, otherNs)[0] ?? [];
  const cases = [...(native?.cases ?? []), ...(peer?.cases ?? []).map((c) => ({ ...c, name: other }))];
  return {
    version: 1,
    area: 'match',
    environment: {} as AreaRecord['environment'],
    launches: [[{ group, references: native?.references ?? {}, cases }]],
  };
}

test('a faster peer is named, with how much', () => {
  const [loss] = losses([record(200, 100, 'portable')]);
  expect(loss?.faster).toBe('portable');
  expect(loss?.ratio).toBeCloseTo(2, 0);
  expect(lossTable(losses([record(3000, 1500, 'peer')]))).toMatch(
    /\| match \| one call \| \d\.\d\d µs \| peer, 1\.\d\d µs \| 2\.0× \|/,
  );
});

test('what is equal, slower or only a floor is no loss', () => {
  expect(losses([record(100, 98, 'portable')])).toEqual([]);
  expect(losses([record(100, 300, 'portable')])).toEqual([]);
  expect(losses([record(100, 50, 'C++ by hand')])).toEqual([]);
});

test('the last run of a group counts, and a run of other groups hides none', () => {
  const slow = record(200, 100, 'portable');
  const other = record(200, 100, 'portable', 'another call');
  expect(losses([slow, other]).map((loss) => loss.group)).toEqual(['one call', 'another call']);
  expect(losses([slow, other, record(100, 300, 'portable')]).map((loss) => loss.group)).toEqual([
    'another call',
  ]);
});

import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { isPlaced, parentOf, tactics, techniqueName, techniqueUrl } from '../../src/dashboard/data/attack.ts';
import {
  ago,
  bytes,
  compact,
  millis,
  nanos,
  percent,
  plural,
  rate,
  spanOf,
  techniquesOf,
} from '../../src/dashboard/data/format.ts';

test('the matrix has fifteen tactics, and a name for every technique in them', () => {
  expect(tactics.map(({ name }) => name).slice(5, 9)).toEqual([
    'Privilege Escalation',
    'Stealth',
    'Defense Impairment',
    'Credential Access',
  ]);
  expect(tactics).toHaveLength(15);
  const ids = tactics.flatMap(({ techniques }) => techniques);
  expect(new Set(ids).size).toBe(222);
  expect(ids.filter((id) => !/^T\d{4}$/.test(id) || techniqueName(id) === '')).toEqual([]);
  expect(techniqueName('T1110.003')).toBe('Brute Force: Password Spraying');
  expect(techniqueName('T1110.999')).toBe('Brute Force');
  expect([techniqueName('T9999'), isPlaced('T9999'), isPlaced('T1110.001')]).toEqual(['', false, true]);
  expect(parentOf('T1110.001')).toBe('T1110');
  expect(techniqueUrl('T1110.001')).toBe('https://attack.mitre.org/techniques/T1110/001/');
});

test('every technique that a starter rule names has a place and a name of its own', () => {
  const rules = globSync('../../rules/**/*.yml', { cwd: import.meta.dirname, absolute: true });
  const tags = rules.flatMap((file) => readFileSync(file, 'utf8').match(/attack\.t\d{4}(\.\d{3})?/gi) ?? []);
  const ids = [...new Set(techniquesOf(tags))];
  expect(ids.length).toBeGreaterThan(50);
  const unknown = ids.filter(
    (id) => !isPlaced(id) || (id.includes('.') && techniqueName(id) === techniqueName(parentOf(id))),
  );
  expect(unknown).toEqual([]);
});

test('numbers and times are told in few characters', () => {
  expect([compact(12_345), plural(1, 'alert'), plural(2_000, 'alert')]).toEqual([
    '12.3K',
    '1 alert',
    '2,000 alerts',
  ]);
  expect([rate(0), rate(0.25), rate(59.6), rate(123_456)]).toEqual(['0', '0.3', '60', '123.5K']);
  expect([percent(0), percent(0.0042), percent(0.996)]).toEqual(['0 %', '0.42 %', '100 %']);
  expect([millis(0.337), millis(42.4), millis(1_234)]).toEqual(['0.34 ms', '42 ms', '1.2 s']);
  expect([nanos(0), nanos(45.2), nanos(1_500), nanos(2e6)]).toEqual(['< 1 ns', '45 ns', '1.5 µs', '2 ms']);
  expect([bytes(0), bytes(1_023), bytes(1_024), bytes(363 * 2 ** 20)]).toEqual([
    '0 B',
    '1,023 B',
    '1 KiB',
    '363 MiB',
  ]);
  expect([0, 59_000, 90_000, 7_200_000, 3 * 86_400_000].map(spanOf)).toEqual([
    '0 s',
    '59 s',
    '2 min',
    '2 h',
    '3 d',
  ]);
  expect([ago(1_000, 2_000), ago(2_000, 1_000), ago(0, 12_000)]).toEqual([
    'just now',
    'just now',
    '12 s ago',
  ]);
  expect(
    techniquesOf(['attack.t1110.001', 'attack.credential-access', 'ATTACK.T1078', 'cve.2021-1']),
  ).toEqual(['T1110.001', 'T1078']);
});

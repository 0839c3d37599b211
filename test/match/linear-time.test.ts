import { expect, test } from 'vitest';
import { type Pattern, PatternSet, Redactor } from '../../src/match/index.ts';
import { describeBackends } from '../parity/backends.ts';

// A backtracking engine needs 2^n or n^2 steps here: with these sizes it would not end within the
// suite's time limit by orders of magnitude, so no clock has to be read.
const hostile: readonly [regex: string, input: string][] = [
  ['^(a+)+$', `${'a'.repeat(100_000)}!`],
  ['^(a|aa)+$', `${'a'.repeat(100_000)}!`],
  ['^(a|a?)+$', `${'a'.repeat(100_000)}!`],
  ['^(.*a){20}$', `${'a'.repeat(50_000)}!`],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(100_000)],
  [
    '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
    'a'.repeat(100_000),
  ],
  ['(x+x+)+y', 'x'.repeat(100_000)],
  ['\\s+$', `${' '.repeat(100_000)}x`],
  ['(?:.*,){15}P', ','.repeat(50_000)],
];

describeBackends('hostile input', (backend) => {
  test.each(hostile)('%s', (regex, input) => {
    const set = new PatternSet([{ regex }], backend);
    expect(set.isMatch(input)).toBe(false);
    expect(set.count(input)).toBe(0);
    expect(set.matchedIds(input)).toEqual([]);
  });

  test('many hostile expressions at once', () => {
    const patterns: Pattern[] = hostile.map(([regex]) => ({ regex }));
    const set = new PatternSet(patterns, backend);
    expect(set.matchedIds(`${'a'.repeat(50_000)} !`)).toEqual([]);
  });

  test('literals that are one another’s beginnings', () => {
    const patterns = Array.from({ length: 200 }, (_, i) => `${'a'.repeat(i + 1)}b`);
    const set = new PatternSet(patterns, backend);
    expect(set.count('a'.repeat(200_000))).toBe(0);
    expect(set.matchedIds(`${'a'.repeat(1000)}b`).length).toBe(200);
  });

  test('redaction', () => {
    const redactor = new Redactor({ backend });
    for (const piece of [
      'a@',
      'password',
      '-----BEGIN ',
      '1 ',
      'eyJ',
      'a://b:',
      '4111 1111 ',
      'Bearer ',
      '"\'=:',
    ]) {
      const text = piece.repeat(200_000 / piece.length);
      expect(typeof redactor.redact(text)).toBe('string');
    }
  });
});

import { expect, test } from 'vitest';
import { alternativesOf } from '../../src/detect/correlate/alternatives.ts';
import { and, not, or, test as over } from '../../src/rule/expression.ts';

const rule = (name: string) => over(name, { kind: 'present' });
const waysOf = (...args: Parameters<typeof alternativesOf>) =>
  alternativesOf(...args).map((way) => [...way.with, ...way.without.map((name) => `!${name}`)].join(' '));

test('every way for a condition to hold', () => {
  const [a, b, c] = [rule('a'), rule('b'), rule('c')];
  expect(waysOf(and([a, or([b, not(c)])]))).toEqual(['a b', 'a !c']);
  expect(waysOf(not(and([a, or([b, c])])))).toEqual(['!a', '!b !c']);
  expect(waysOf({ kind: 'atLeast', count: 2, of: [a, b, c] })).toEqual(['a b', 'a c', 'b c']);
});
test('of more ways than can be counted the first are made, at once', { timeout: 5_000 }, () => {
  const of = Array.from({ length: 60 }, (_, n) => rule(`r${n}`));
  expect(alternativesOf({ kind: 'atLeast', count: 30, of })).toHaveLength(256);
});

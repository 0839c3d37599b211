import { expect, test } from 'vitest';
import { suite } from '../../bench/harness/suite.ts';
import { verify } from '../../bench/harness/verify.ts';

const results = (native: unknown, portable: unknown) => new Map(Object.entries({ native, portable }));

test('equal answers pass, bytes as bytes', () => {
  verify('g', {}, results({ a: [1] }, { a: [1] }));
  verify('g', {}, results(Buffer.from('ab'), new Uint8Array([97, 98])));
});

test('different answers are told by name', () => {
  expect(() => verify('seal', {}, results(1, 2))).toThrow('seal: portable gives 2, native gives 1');
  expect(() => verify('seal', { expect: 3 }, results(1, 1))).toThrow('seal: native gives 1, expected 3');
});

test('nothing to verify is refused', () => {
  expect(() => verify('seal', {}, results(undefined, undefined))).toThrow('gives nothing to verify');
});

test('a check maps results to what is compared', () => {
  const check = (sealed: { text: string }) => sealed.text;
  verify('g', { check, expect: 'x' }, results({ text: 'x', nonce: 1 }, { text: 'x', nonce: 2 }));
});

test('two groups of one name are refused', async () => {
  const twice = suite('area', (s) => {
    s.group('a', {}, {});
    s.group('a', {}, {});
  });
  await expect(twice.collect()).rejects.toThrow('two groups are named "a"');
});

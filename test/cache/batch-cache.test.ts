import { expect, test } from 'vitest';
import { BatchCache } from '../../src/cache/index.ts';

const refused = expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' });

test('keys and values of a batch cache that are none are refused', () => {
  const cache = new BatchCache();
  expect(() => cache.getMany([5 as never])).toThrow(refused);
  expect(() => cache.getMany('ab' as never)).toThrow(refused);
  expect(() => cache.getMany(['a'], [0] as never)).toThrow(refused);
  expect(() => cache.setMany(['a', undefined as never], [1, 2])).toThrow(refused);
  for (const ttlMs of [Number.NaN, 0, -1]) expect(() => cache.setMany(['a'], [1], ttlMs)).toThrow(refused);
  cache.setMany(['a'], [1], Infinity);
  expect([...cache.getMany(['a', 'b'])]).toEqual([1, Number.NaN]);
});

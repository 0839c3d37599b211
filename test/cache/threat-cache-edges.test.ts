import { expect, test } from 'vitest';
import { ThreatCache } from '../../src/cache/index.ts';
import { Registry } from '../../src/metrics/index.ts';

const registry = new Registry();

test('what is put or forgotten while a look-up runs is not undone by its older answer', async () => {
  const answers: ((value: string) => void)[] = [];
  const lookup = () => new Promise<string>((resolve) => answers.push(resolve));
  const cache = new ThreatCache<string>({ lookup, maxInFlight: 2, registry });
  const begun = async (asked: number) => {
    while (answers.length < asked) await null;
  };
  const first = cache.lookup('k');
  await begun(1);
  cache.put('k', 'newer');
  answers[0]!('older');
  expect(await first).toBe('older');
  expect(cache.get('k')).toBe('newer');

  cache.delete('k');
  const second = cache.lookup('k');
  await begun(2);
  cache.delete('k');
  const third = cache.lookup('k');
  await begun(3);
  // Both run, and both count.
  await expect(cache.lookup('other')).rejects.toMatchObject({ code: 'WOLFSEC_LIMIT_EXCEEDED' });
  answers[1]!('before');
  expect(await second).toBe('before');
  expect(cache.get('k')).toBeUndefined();
  answers[2]!('after');
  expect(await third).toBe('after');
  expect(cache.get('k')).toBe('after');

  const fourth = cache.lookup('cleared');
  await begun(4);
  cache.clear();
  answers[3]!('before');
  expect(await fourth).toBe('before');
  expect(cache.size).toBe(0);
});

test('a time to live may be any span above 0, for ever too', () => {
  let time = 0;
  const now = () => time;
  const forever = new ThreatCache<string>({ ttlMs: Infinity, now, registry });
  const short = new ThreatCache<string>({ ttlMs: 1.5, negativeTtlMs: 0.5, now, registry });
  for (const cache of [forever, short]) cache.put('k', 'v');
  time = 1.4;
  expect([forever.get('k'), short.get('k')]).toEqual(['v', 'v']);
  time = 1e12;
  expect([forever.get('k'), short.get('k')]).toEqual(['v', undefined]);
});

test('what is put at the beginning of a clock is stale in its time', async () => {
  let time = 0;
  const lookup = () => 'new';
  const cache = new ThreatCache<string>({ ttlMs: 10, staleMs: 10, now: () => time, lookup, registry });
  cache.put('k', 'old');
  time = 20;
  expect(await cache.lookup('k')).toBe('new');
});

test('bounds and sizes that are none are told of, and parts of a byte count whole', () => {
  const sizeOf = () => 1;
  for (const maxBytes of [0, -1, Number.NaN]) {
    expect(() => new ThreatCache({ maxBytes, sizeOf, registry })).toThrow(
      expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
    );
  }
  const halves = new ThreatCache<string>({ maxBytes: 10.5, sizeOf: () => 3.5, registry });
  for (const key of 'abc') halves.put(key, 'v');
  expect(halves.size).toBe(2);
  const none = new ThreatCache<string>({ maxBytes: 10, sizeOf: () => Number.NaN, registry });
  expect(() => none.put('k', 'v')).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
});

import { expect, test, vi } from 'vitest';
import { CachedValue, reputationCache, ThreatCache } from '../../src/cache/index.ts';
import { Registry } from '../../src/metrics/index.ts';

const clock = () => {
  let time = 1000;
  return { now: () => time, pass: (ms: number) => (time += ms) };
};

test('a value is given while it is fresh, and no longer', () => {
  const { now, pass } = clock();
  const cache = new ThreatCache<string>({ ttlMs: 100, now, registry: new Registry() });
  cache.put('1.2.3.4', 'botnet');
  pass(99);
  expect(cache.get('1.2.3.4')).toBe('botnet');
  pass(1);
  expect(cache.get('1.2.3.4')).toBeUndefined();
  expect(cache.hitRate).toBe(0.5);
});

test('the least recently used entry makes room', async () => {
  const registry = new Registry();
  const cache = new ThreatCache<number>({ maxEntries: 2, registry });
  cache.put('a', 1);
  cache.put('b', 2);
  cache.get('a');
  cache.put('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  expect(await registry.text()).toContain('wolfsec_cache_evictions_total{cache="threat"} 1');
  expect(await registry.text()).toContain('wolfsec_cache_entries{cache="threat"} 2');
});

test('bytes are bounded too', () => {
  const sizeOf = (value: string | undefined) => value?.length ?? 1;
  const cache = new ThreatCache<string>({ maxBytes: 10, sizeOf, registry: new Registry() });
  for (let i = 0; i < 10; i++) cache.put(`${i}`, 'xxxxx');
  expect(cache.size).toBe(2);
});

test('however many ask, one look-up runs a key', async () => {
  const lookup = vi.fn(async (key: string) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return key.toUpperCase();
  });
  const cache = reputationCache(lookup, { registry: new Registry() });
  const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => cache.lookup(i % 2 ? 'a' : 'b')));
  expect(lookup).toHaveBeenCalledTimes(2);
  expect(new Set(answers)).toEqual(new Set(['A', 'B']));
});

test('nothing known is remembered for its own time', async () => {
  const { now, pass } = clock();
  const lookup = vi.fn(async () => undefined);
  const cache = new ThreatCache<string>({ lookup, now, negativeTtlMs: 10, registry: new Registry() });
  await cache.lookup('x');
  await cache.lookup('x');
  expect(lookup).toHaveBeenCalledTimes(1);
  pass(11);
  await cache.lookup('x');
  expect(lookup).toHaveBeenCalledTimes(2);
});

test('a stale value serves while one look-up renews it, and where that fails', async () => {
  const { now, pass } = clock();
  let answer: () => Promise<string> = async () => 'old';
  const lookup = vi.fn(() => answer());
  const cache = new ThreatCache<string>({ lookup, now, ttlMs: 10, staleMs: 100, registry: new Registry() });
  expect(await cache.lookup('x')).toBe('old');
  pass(11);
  answer = async () => {
    throw new Error('feed is down');
  };
  expect(await cache.lookup('x')).toBe('old');
  await new Promise(setImmediate);
  answer = async () => 'new';
  expect(await Promise.all([cache.lookup('x'), cache.lookup('x')])).toEqual(['old', 'old']);
  await new Promise(setImmediate);
  expect(await cache.lookup('x')).toBe('new');
  expect(lookup).toHaveBeenCalledTimes(3);
  pass(200);
  answer = async () => 'later';
  expect(await cache.lookup('x')).toBe('later');
});

test('a failed look-up rejects all who wait, and is tried again', async () => {
  let fails = true;
  const cache = new ThreatCache<string>({
    lookup: () => {
      if (fails) throw new Error('down');
      return 'up';
    },
    registry: new Registry(),
  });
  const both = await Promise.allSettled([cache.lookup('x'), cache.lookup('x')]);
  expect(both.map((each) => each.status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await cache.lookup('x')).toBe('up');
});

test("one caller's signal ends its waiting alone", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const cache = new ThreatCache<string>({ lookup: () => promise, registry: new Registry() });
  const impatient = new AbortController();
  const first = cache.lookup('x', { signal: impatient.signal });
  const second = cache.lookup('x');
  impatient.abort();
  await expect(first).rejects.toMatchObject({ code: 'WOLFSEC_ABORTED' });
  resolve('y');
  expect(await second).toBe('y');
});

test('look-ups in flight are bounded', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const cache = new ThreatCache<string>({ lookup: () => promise, maxInFlight: 1, registry: new Registry() });
  const first = cache.lookup('a');
  await expect(cache.lookup('b')).rejects.toMatchObject({ code: 'WOLFSEC_LIMIT_EXCEEDED' });
  resolve('x');
  await first;
});

test('a cached value expires', () => {
  const { now, pass } = clock();
  const value = new CachedValue('v', 10, now);
  expect([value.isExpired(), value.get(), value.value]).toEqual([false, 'v', 'v']);
  pass(10);
  expect([value.isExpired(), value.get(), value.value]).toEqual([true, undefined, 'v']);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ThreatCache } from '../../src/cache/index.ts';
import { Registry } from '../../src/metrics/index.ts';
import { Reputation } from '../../src/reputation/index.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const registry = new Registry();
const never = () => new Promise<undefined>(() => {});

test('a look-up that never answers ends after its time, and the key is asked for again', async () => {
  const signals: AbortSignal[] = [];
  const cache = new ThreatCache<string>({
    timeoutMs: 50,
    maxInFlight: 1,
    lookup: (_, signal) => {
      signals.push(signal);
      return signals.length === 1 ? never() : 'found';
    },
    registry,
  });
  const first = cache.lookup('k');
  const joined = cache.lookup('k');
  await null;
  await null;
  vi.advanceTimersByTime(50);
  for (const each of [first, joined]) await expect(each).rejects.toMatchObject({ code: 'WOLFSEC_ABORTED' });
  expect(signals[0]!.aborted).toBe(true);
  expect(await cache.lookup('k')).toBe('found');
  expect(vi.getTimerCount()).toBe(0);
  expect(() => new ThreatCache({ timeoutMs: 0, registry })).toThrow(
    expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
  );
});

test('whoever waits is told when the cache is disposed of, also by a look-up that heeds no signal', async () => {
  const cache = new ThreatCache<string>({ lookup: never, registry });
  const waiting = ['a', 'b'].map((key) => cache.lookup(key));
  await null;
  cache[Symbol.dispose]();
  for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'WOLFSEC_DISPOSED' });
});

test('a remote that never answers costs its part of the verdict alone', async () => {
  let asked: AbortSignal | undefined;
  const reputation = new Reputation({
    remote: (_, signal) => {
      asked = signal;
      return never();
    },
    registry,
  });
  await reputation.load({ name: 'feed', text: '192.0.2.1', score: 80, confidence: 1 });
  const checked = reputation.checkReputation('192.0.2.1');
  await null;
  await null;
  vi.advanceTimersByTime(10_000);
  expect((await checked).score).toBe(80);
  expect(asked?.aborted).toBe(true);
  const again = reputation.checkReputation('192.0.2.1');
  await null;
  reputation[Symbol.dispose]();
  expect((await again).score).toBe(80);
});

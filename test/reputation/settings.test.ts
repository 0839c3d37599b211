import { expect, test } from 'vitest';
import { Reputation } from '../../src/reputation/index.ts';

test('settings that are none are told of before anything is read', async () => {
  const reputation = new Reputation();
  const nan = Number.NaN;
  for (const wrong of [
    { score: nan },
    { score: 101 },
    { confidence: -1 },
    { confidence: nan },
    { ttlMs: nan },
    { ttlMs: 0 },
    { maxBytes: nan },
    { timeoutMs: -1 },
    { csv: { indicator: 0, delimiter: '' } },
    { csv: { indicator: 0, delimiter: '\n' } },
  ]) {
    const load = reputation.load({ name: 'feed', text: '192.0.2.1', ...wrong });
    await expect(load).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_ARGUMENT' });
  }
  await reputation.load({ name: 'feed', text: '192.0.2.1', ttlMs: Infinity, score: 0 });
  for (const learn of [
    { halfLifeMs: 0 },
    { halfLifeMs: nan },
    { maxEntries: 0 },
    { maxEntries: 1.5 },
    { points: { high: nan } },
    { points: { high: -1 } },
  ]) {
    expect(() => new Reputation({ learn })).toThrow(
      expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
    );
  }
});

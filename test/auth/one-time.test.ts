import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStorage, OneTimeTokens } from '../../src/auth/index.ts';
import { clock } from './clock.ts';

function setUp() {
  const time = clock();
  const storage = memoryStorage().records;
  const make = (purpose: string) => new OneTimeTokens({ storage, purpose, now: time.now });
  return { time, storage, resets: make('password_reset'), addresses: make('address') };
}

describe('a one-time token', () => {
  test('serves once, for its purpose alone', async () => {
    const { resets, addresses } = setUp();
    const token = await resets.issue('u1');
    expect(await addresses.redeem(token)).toBeUndefined();
    expect(await resets.redeem(token)).toBe('u1');
    expect(await resets.redeem(token)).toBeUndefined();
    const next = await resets.issue('u1');
    const both = await Promise.all([resets.redeem(next), resets.redeem(next)]);
    expect(both.filter(Boolean)).toEqual(['u1']);
  });

  test('ends after ten minutes, and is stored as a hash alone', async () => {
    const { resets, storage, time } = setUp();
    const token = await resets.issue('u1');
    expect(JSON.stringify(await storage.list('auth.one_time', { nowMs: time.now() }))).not.toContain(token);
    time.pass(600_000);
    expect(await resets.redeem(token)).toBeUndefined();
  });

  test('of any other shape is refused and throws nothing', async () => {
    const { resets } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), async (token) => {
        expect(await resets.redeem(token as string)).toBeUndefined();
      }),
    );
  });
});

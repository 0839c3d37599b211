import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiKeys, type AuthStorage, memoryStorage, RefreshTokens, Sessions } from '../../src/auth/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';

let store: Store;
beforeAll(async () => {
  store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
});
afterAll(() => store.close());

const kinds: [string, () => AuthStorage][] = [
  ['memory', memoryStorage],
  ['SQLite', () => store],
];

const now = () => Date.UTC(2026, 10, 24);

describe.each(kinds)('%s', (kind, storage) => {
  const user = (name: string) => `${name}-${kind}`;

  test('keeps sessions', async () => {
    const first = new Sessions({ storage: storage().sessions, now });
    const { token, session } = await first.create({
      userId: user('alice'),
      roles: ['admin'],
      context: { address: '192.0.2.1' },
    });
    if (kind === 'SQLite') {
      // Another process, or this one after a restart.
      const second = new Sessions({ storage: storage().sessions, now });
      expect(await second.check(token)).toEqual({ ok: true, session });
    }
    const rotated = await first.rotate(token, { roles: [] });
    expect((await first.check(token)).ok).toBe(false);
    expect(await first.list(user('alice'))).toMatchObject([
      { id: session.id, roles: [], device: { address: '192.0.2.1' } },
    ]);
    expect(await first.revokeAll(user('alice'))).toBe(1);
    expect((await first.check(rotated!.token)).ok).toBe(false);
  });

  test('keeps API keys', async () => {
    const keys = new ApiKeys({ storage: storage().apiKeys });
    const { key, apiKey } = await keys.create({ ownerId: user('alice'), name: 'ci', scopes: ['read'] });
    expect(await keys.check(key)).toMatchObject({ ok: true, key: { id: apiKey.id, scopes: ['read'] } });
    await keys.settled();
    expect((await keys.list(user('alice')))[0]?.lastUsedMs).toBeGreaterThan(0);
    expect(await keys.revoke(apiKey.id)).toBe(true);
    expect(await keys.check(key)).toEqual({ ok: false, reason: 'revoked' });
  });

  test('keeps refresh tokens, and lets one of two uses win', async () => {
    const tokens = new RefreshTokens({ storage: storage().records });
    const { token } = await tokens.issue({ userId: user('alice') });
    const results = await Promise.all([tokens.refresh(token), tokens.refresh(token)]);
    expect(results.filter(({ ok }) => ok).length).toBeLessThanOrEqual(1);
    await tokens.issue({ userId: user('alice') });
    expect(await tokens.revokeAll(user('alice'))).toBeGreaterThanOrEqual(1);
  });

  test('keeps records, with versions and ends', async () => {
    const { records } = storage();
    const c = user('c');
    expect(await records.put(c, 'k', { a: 1 }, { nowMs: 1, ifVersion: 0 })).toBe(1);
    expect(await records.put(c, 'k', { a: 2 }, { nowMs: 1, ifVersion: 0 })).toBeUndefined();
    expect(await records.put(c, 'k', { a: 3 }, { nowMs: 1, ifVersion: 1 })).toBe(2);
    expect(await records.put(c, 'k', { a: 4 }, { nowMs: 1, ifVersion: 1 })).toBeUndefined();
    expect(await records.put(c, 'k', { a: 5 }, { nowMs: 2, expiresMs: 10 })).toBe(3);
    expect(await records.get(c, 'k', 9)).toMatchObject({ key: 'k', value: { a: 5 }, version: 3 });
    expect(await records.get(c, 'k', 10)).toBeUndefined();
    expect(await records.put(c, 'k', { a: 6 }, { nowMs: 10, ifVersion: 0 })).toBe(1);
    await records.put(c, 'j', {}, { nowMs: 10 });
    expect((await records.list(c, { nowMs: 10, prefix: 'k' })).map(({ key }) => key)).toEqual(['k']);
    expect((await records.list(c, { nowMs: 10 })).map(({ key }) => key)).toEqual(['j', 'k']);
    expect(await records.remove(c, 'k', 7)).toBe(false);
    expect(await records.remove(c, 'k', 1)).toBe(true);
    expect(await records.remove(c, 'k')).toBe(false);
  });
});

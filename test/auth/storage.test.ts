import { describe, expect, test } from 'vitest';
import {
  ApiKeys,
  type AuthStorage,
  LoginGuard,
  memoryStorage,
  RefreshTokens,
  revokeCredentials,
  Sessions,
} from '../../src/auth/index.ts';
import { describeStores } from '../store/stores.ts';
import { clock } from './clock.ts';

const now = () => Date.UTC(2026, 10, 24);

/** One table of cases for each storage. */
function cases(storage: () => AuthStorage): void {
  test('keeps sessions', async () => {
    const first = new Sessions({ storage: storage().sessions, now });
    const { token, session } = await first.create({
      userId: 'alice',
      roles: ['admin'],
      context: { address: '192.0.2.1' },
    });
    // Another process, or this one after a restart.
    const second = new Sessions({ storage: storage().sessions, now });
    expect(await second.check(token)).toEqual({ ok: true, session });
    const rotated = await first.rotate(token, { roles: [] });
    expect((await first.check(token)).ok).toBe(false);
    expect(await first.list('alice')).toMatchObject([
      { id: session.id, roles: [], device: { address: '192.0.2.1' } },
    ]);
    expect(await first.revokeAll('alice')).toBe(1);
    expect((await first.check(rotated!.token)).ok).toBe(false);
  });

  test('keeps API keys', async () => {
    const keys = new ApiKeys({ storage: storage().apiKeys });
    const { key, apiKey } = await keys.create({ ownerId: 'alice', name: 'ci', scopes: ['read'] });
    expect(await keys.check(key)).toMatchObject({ ok: true, key: { id: apiKey.id, scopes: ['read'] } });
    await keys.settled();
    expect((await keys.list('alice'))[0]?.lastUsedMs).toBeGreaterThan(0);
    expect(await keys.revoke(apiKey.id)).toBe(true);
    expect(await keys.check(key)).toEqual({ ok: false, reason: 'revoked' });
  });

  test('keeps refresh tokens, and lets one of two uses win', async () => {
    const tokens = new RefreshTokens({ storage: storage().records });
    const { token } = await tokens.issue({ userId: 'alice' });
    const results = await Promise.all([tokens.refresh(token), tokens.refresh(token)]);
    expect(results.filter(({ ok }) => ok).length).toBeLessThanOrEqual(1);
    await tokens.issue({ userId: 'alice' });
    expect(await tokens.revokeAll('alice')).toBeGreaterThanOrEqual(1);
  });

  test('keeps records, with versions and ends', async () => {
    const { records } = storage();
    const c = 'c';
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

  test('keeps what the guard counted: over a restart, and of all processes together', async () => {
    const time = clock();
    const guard = () => new LoginGuard({ storage: storage().records, now: time.now });
    for (let i = 0; i < 6; i++) {
      const leave = await guard().admit('mallory', { address: '192.0.2.9' });
      expect(leave.ok).toBe(true);
      if (leave.ok) await leave.failed();
    }
    expect(await guard().admit('mallory')).toEqual({ ok: false, reason: 'account', retryAfterMs: 1_000 });
    await guard().release('mallory');
    expect((await guard().admit('mallory')).ok).toBe(true);
  });

  test('lets no more tries through two guards at once than through one', async () => {
    const time = clock();
    const guards = Array.from(
      { length: 2 },
      () => new LoginGuard({ storage: storage().records, now: time.now }),
    );
    const leaves = await Promise.all(Array.from({ length: 40 }, (_, i) => guards[i % 2]!.admit('oscar')));
    expect(leaves.filter(({ ok }) => ok)).toHaveLength(6);
  });

  test('sees stuffing from one network through any of the guards', async () => {
    const time = clock();
    const actions: string[] = [];
    const listener = ({ event }: { event: { action: string } }) => void actions.push(event.action);
    const guard = () => new LoginGuard({ storage: storage().records, now: time.now, listener });
    for (let i = 0; i < 25; i++) {
      const leave = await guard().admit(`user-${i}`, { address: `203.0.113.${i}` });
      if (leave.ok) await leave.failed();
    }
    expect(actions.filter((action) => action === 'credential_stuffing')).toHaveLength(1);
    const late = { address: '203.0.113.200' };
    expect((await guard().admit('victim-1', late)).ok).toBe(true);
    expect(await guard().admit('victim-2', late)).toMatchObject({ ok: false, reason: 'network' });
    time.pass(600_000);
    expect((await guard().admit('victim-3', late)).ok).toBe(true);
  });

  test('ends all credentials of a user, and those of nobody else', async () => {
    const sessions = new Sessions({ storage: storage().sessions });
    const refreshTokens = new RefreshTokens({ storage: storage().records });
    const apiKeys = new ApiKeys({ storage: storage().apiKeys });
    const credentials = async (userId: string) => ({
      session: (await sessions.create({ userId })).token,
      other: (await sessions.create({ userId })).token,
      refresh: (await refreshTokens.issue({ userId })).token,
      key: (await apiKeys.create({ ownerId: userId, name: 'ci' })).key,
    });
    const [carol, dave] = [await credentials('carol'), await credentials('dave')];
    const holders = { sessions, refreshTokens, apiKeys };
    expect(await revokeCredentials('carol', holders, carol.session)).toEqual({
      sessions: 1,
      refreshTokens: 1,
      apiKeys: 1,
    });
    expect((await sessions.check(carol.session)).ok).toBe(true);
    expect((await sessions.check(carol.other)).ok).toBe(false);
    expect((await refreshTokens.refresh(carol.refresh)).ok).toBe(false);
    expect(await apiKeys.check(carol.key)).toEqual({ ok: false, reason: 'revoked' });
    expect((await sessions.check(dave.other)).ok).toBe(true);
    expect((await refreshTokens.refresh(dave.refresh)).ok).toBe(true);
    expect((await apiKeys.check(dave.key)).ok).toBe(true);
    expect(await revokeCredentials('carol', holders)).toEqual({ sessions: 1, refreshTokens: 0, apiKeys: 0 });
  });
}

describe('auth storage (memory)', () => {
  const storage = memoryStorage();
  cases(() => storage);
});
describeStores('auth storage', cases);

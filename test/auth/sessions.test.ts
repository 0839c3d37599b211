import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStorage, type Session, Sessions, type StoredSession } from '../../src/auth/index.ts';
import { clock, ear } from './clock.ts';

function setUp(options: Partial<ConstructorParameters<typeof Sessions>[0]> = {}) {
  const time = clock();
  const heard = ear();
  const storage = memoryStorage().sessions;
  const sessions = new Sessions({ storage, now: time.now, listener: heard.listener, ...options });
  return { time, heard, storage, sessions };
}

const ok = async (check: ReturnType<Sessions['check']>): Promise<Session> => {
  const checked = await check;
  if (!checked.ok) throw new Error(`refused: ${checked.reason}`);
  return checked.session;
};

describe('a session', () => {
  test('is found by its token, at once', async () => {
    const { sessions } = setUp();
    const { token, session } = await sessions.create({ userId: 'alice', roles: ['admin'], methods: ['pwd'] });
    const checked = sessions.check(token);
    expect(checked).not.toBeInstanceOf(Promise);
    expect(await ok(checked)).toMatchObject({
      id: session.id,
      userId: 'alice',
      roles: ['admin'],
      methods: ['pwd'],
    });
  });

  test('has 256 bits of secret, and the storage sees nothing but a hash', async () => {
    const { sessions, storage } = setUp();
    const stored: StoredSession[] = [];
    const { token } = await new Sessions({
      storage: { ...storage, add: async (session) => void stored.push(session) },
    }).create({ userId: 'alice' });
    expect(Buffer.from(token.slice(22), 'base64url')).toHaveLength(32);
    expect(JSON.stringify(stored)).not.toContain(token.slice(22));
    const tokens = await Promise.all(Array.from({ length: 200 }, () => sessions.create({ userId: 'bob' })));
    expect(new Set(tokens.map((issued) => issued.token)).size).toBe(200);
  });

  test('ends when idle, and moves its idle end by use', async () => {
    const { sessions, time } = setUp({ idleMs: 10_000, absoluteMs: 100_000 });
    const { token } = await sessions.create({ userId: 'alice' });
    for (let i = 0; i < 5; i++) {
      time.pass(9_000);
      await ok(sessions.check(token));
    }
    await sessions.settled();
    time.pass(10_001);
    expect(await sessions.check(token)).toEqual({ ok: false, reason: 'expired' });
    expect(await sessions.check(token)).toEqual({ ok: false, reason: 'unknown' });
  });

  test('ends in any case after the absolute span, however much it is used', async () => {
    const { sessions, time } = setUp({ idleMs: 10_000, absoluteMs: 30_000 });
    const { token } = await sessions.create({ userId: 'alice' });
    for (let i = 0; i < 3; i++) {
      time.pass(9_000);
      await ok(sessions.check(token));
    }
    time.pass(3_000);
    expect((await sessions.check(token)).ok).toBe(false);
  });

  test('gets a new token on rotation; the old one is void, the id and the ends stay', async () => {
    const { sessions, heard } = setUp();
    const first = await sessions.create({ userId: 'alice', methods: ['pwd'] });
    const second = await sessions.rotate(first.token, { methods: ['pwd', 'otp'], roles: ['admin'] });
    expect(second?.session).toMatchObject({ id: first.session.id, expiresMs: first.session.expiresMs });
    expect(second?.token).not.toBe(first.token);
    expect((await sessions.check(first.token)).ok).toBe(false);
    expect((await ok(sessions.check(second!.token))).roles).toEqual(['admin']);
    expect(await sessions.rotate(first.token)).toBeUndefined();
    expect(heard.actions()).toContain('session_rotated');
  });

  test('can be rotated once by two at a time', async () => {
    const { sessions } = setUp();
    const { token } = await sessions.create({ userId: 'alice' });
    const results = await Promise.all([sessions.rotate(token), sessions.rotate(token)]);
    expect(results.filter(Boolean)).toHaveLength(1);
  });
});

describe('revocation', () => {
  test('ends one by its token, one by its id, or all of a user but this', async () => {
    const { sessions } = setUp();
    const [a, b, c, d] = await Promise.all(
      ['alice', 'alice', 'alice', 'bob'].map((userId) => sessions.create({ userId })),
    );
    expect(await sessions.revoke(a!.token)).toBe(true);
    expect((await sessions.check(a!.token)).ok).toBe(false);
    expect(await sessions.revokeById('bob', b!.session.id)).toBe(false);
    expect(await sessions.revokeById('alice', b!.session.id)).toBe(true);
    expect((await sessions.check(b!.token)).ok).toBe(false);
    const e = await sessions.create({ userId: 'alice' });
    expect(await sessions.revokeAll('alice', e.token)).toBe(1);
    expect((await sessions.check(c!.token)).ok).toBe(false);
    expect((await sessions.check(d!.token)).ok).toBe(true);
    expect((await sessions.list('alice')).map(({ id }) => id)).toEqual([e.session.id]);
  });

  test('holds though the storage was being asked', async () => {
    const { storage, sessions, time } = setUp();
    const slow = new Sessions({
      now: time.now,
      storage: {
        ...storage,
        get: async (hash, nowMs) => {
          const found = await storage.get(hash, nowMs);
          await new Promise((resolve) => setTimeout(resolve, 20));
          return found;
        },
        remove: async (hash) => {
          await new Promise((resolve) => setTimeout(resolve, 30));
          return storage.remove(hash);
        },
      },
    });
    const { token } = await sessions.create({ userId: 'alice' });
    const checking = slow.check(token);
    await slow.revoke(token);
    await checking;
    expect(await slow.check(token)).toEqual({ ok: false, reason: 'unknown' });
  });

  test.each(['revoke', 'revokeById', 'revokeAll', 'rotate'] as const)(
    'by %s holds though the storage answers what it was asked before only afterwards',
    async (way) => {
      const { storage, sessions, time } = setUp();
      const { token, session } = await sessions.create({ userId: 'alice' });
      const late = Promise.withResolvers<void>();
      let first = true;
      const get: typeof storage.get = async (...given) => {
        const found = await storage.get(...given);
        if (first) {
          first = false;
          await late.promise;
        }
        return found;
      };
      const slow = new Sessions({ storage: { ...storage, get }, now: time.now });
      const checking = slow.check(token);
      if (way === 'revokeById') await slow.revokeById('alice', session.id);
      else if (way === 'revokeAll') await slow.revokeAll('alice');
      else await slow[way](token);
      late.resolve();
      expect((await checking).ok).toBe(true);
      expect(await slow.check(token)).toEqual({ ok: false, reason: 'unknown' });
    },
  );

  test('elsewhere is noticed within the revalidation span', async () => {
    const { sessions, storage, time } = setUp({ revalidateMs: 5_000 });
    const other = new Sessions({ storage, now: time.now });
    const { token } = await sessions.create({ userId: 'alice' });
    expect((await other.check(token)).ok).toBe(true);
    await sessions.revokeAll('alice');
    time.pass(5_000);
    expect(await other.check(token)).toEqual({ ok: false, reason: 'unknown' });
  });

  test('of the least lately used makes room above the limit per user', async () => {
    const { sessions, time } = setUp({ maxPerUser: 2 });
    const issued = [];
    for (let i = 0; i < 3; i++) {
      issued.push(await sessions.create({ userId: 'alice' }));
      time.pass(1);
    }
    const live = await Promise.all(issued.map(async ({ token }) => (await sessions.check(token)).ok));
    expect(live).toEqual([false, true, true]);
  });

  test('spares the one in use, though the storage has not heard of it yet', async () => {
    const { sessions, time } = setUp({ maxPerUser: 2 });
    const used = await sessions.create({ userId: 'alice' });
    for (let i = 0; i < 5; i++) {
      time.pass(1_000);
      await sessions.create({ userId: 'alice' });
      time.pass(1_000);
      await ok(sessions.check(used.token));
    }
    expect(await sessions.list('alice')).toHaveLength(2);
  });
});

describe('binding hints', () => {
  const home = { address: '192.0.2.10', userAgent: 'Firefox' };

  test('tell once of a change of network, not of an address within it', async () => {
    const { sessions, heard } = setUp();
    const { token } = await sessions.create({ userId: 'alice', context: home });
    await ok(sessions.check(token, { ...home, address: '192.0.2.99' }));
    expect(heard.actions()).not.toContain('session_binding_changed');
    await ok(sessions.check(token, { ...home, address: '203.0.113.1' }));
    await ok(sessions.check(token, { ...home, address: '203.0.113.1' }));
    expect(heard.actions().filter((action) => action === 'session_binding_changed')).toHaveLength(1);
  });

  test('refuse too where the session has had to make room meanwhile', async () => {
    const { storage } = setUp();
    const time = clock();
    let wait: Promise<void> | undefined;
    const get: typeof storage.get = async (...given) => {
      await wait;
      return storage.get(...given);
    };
    const options = { storage: { ...storage, get }, binding: 'refuse', maxLive: 1, now: time.now } as const;
    const sessions = new Sessions(options);
    const { token } = await sessions.create({ userId: 'alice', context: home });
    time.pass(10_000);
    const asked = Promise.withResolvers<void>();
    wait = asked.promise;
    const checking = sessions.check(token, { ...home, userAgent: 'curl' });
    await sessions.create({ userId: 'bob' });
    asked.resolve();
    expect(await checking).toEqual({ ok: false, reason: 'binding' });
  });

  test('refuse where the caller wants that', async () => {
    const { sessions } = setUp({ binding: 'refuse' });
    const { token } = await sessions.create({ userId: 'alice', context: home });
    expect(await sessions.check(token, { ...home, userAgent: 'curl' })).toEqual({
      ok: false,
      reason: 'binding',
    });
    expect((await sessions.check(token, home)).ok).toBe(true);
  });
});

describe('any token', () => {
  test('that was not issued is refused and throws nothing', async () => {
    const { sessions } = setUp();
    const { token } = await sessions.create({ userId: 'alice' });
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ minLength: 65, maxLength: 65 }),
      fc.nat(64).map((at) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)),
      fc.anything(),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect((await sessions.check(text as string)).ok).toBe(false);
        expect(await sessions.revoke(text as string)).toBe(false);
      }),
    );
    await ok(sessions.check(token));
  });
});

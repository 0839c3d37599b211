import fc from 'fast-check';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  Bans,
  fromIoredis,
  fromNodeRedis,
  HttpGuard,
  hearIoredis,
  hearNodeRedis,
  type LimitDecision,
  RateLimiter,
  type RedisListener,
  type RedisScripts,
  SharedBans,
  type SharedBansOptions,
  SharedLimits,
  type SharedLimitsOptions,
} from '../../src/http/index.ts';
import { OwnServer, withoutRedis } from '../fleet/brokers.ts';

interface Member {
  readonly redis: RedisScripts;
  readonly listener: RedisListener;
  /** How many scripts it had run. */
  readonly asked: { count: number };
  close(): void;
}

const counted = (redis: RedisScripts): Pick<Member, 'redis' | 'asked'> => {
  const asked = { count: 0 };
  return {
    asked,
    redis: {
      run(...parameters) {
        asked.count++;
        return redis.run(...parameters);
      },
      delete: (key) => redis.delete(key),
    },
  };
};

async function nodeRedis(url: string): Promise<Member> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: 30 } });
  const hears = client.duplicate({ disableOfflineQueue: false });
  for (const one of [client, hears]) {
    one.on('error', () => {});
    await one.connect();
  }
  const close = () => {
    client.destroy();
    hears.destroy();
  };
  return { ...counted(fromNodeRedis(client as never)), listener: hearNodeRedis(hears as never), close };
}

async function ioredis(url: string): Promise<Member> {
  const client = new Redis(url, { retryStrategy: () => 30, enableOfflineQueue: false, lazyConnect: true });
  const hears = client.duplicate({ enableOfflineQueue: true });
  for (const one of [client, hears]) {
    one.on('error', () => {});
    await one.connect();
  }
  const close = () => {
    client.disconnect();
    hears.disconnect();
  };
  return { ...counted(fromIoredis(client as never)), listener: hearIoredis(hears as never), close };
}

describe.skipIf(withoutRedis)(`processes that share a Redis (${withoutRedis ?? 'its own'})`, () => {
  let server: OwnServer;
  let members: Member[];
  const open: Disposable[] = [];
  let names = 0;
  let prefix = '';

  beforeAll(async () => {
    server = await OwnServer.redis();
    members = [await nodeRedis(server.url), await ioredis(server.url)];
  }, 30_000);
  afterEach(() => {
    for (const one of open.splice(0)) one[Symbol.dispose]();
    prefix = `test:${names++}:`;
  });
  afterAll(async () => {
    for (const one of members) one.close();
    await server.remove();
  });

  /** One for each client, told apart by nothing but their connections. Nothing is read anew by the clock. */
  const bansOf = (options: Partial<SharedBansOptions> = {}) => {
    const all = members.map(({ redis, listener }) => {
      const bans = new SharedBans({
        ...{ redis, listener, prefix, threshold: 10, banMs: 60_000, rereadMs: 3_600_000, pauseMs: 50 },
        ...options,
      });
      open.push(bans);
      return bans;
    });
    return all as [SharedBans, SharedBans];
  };
  const limitersOf = (options: Partial<SharedLimitsOptions> = {}) => {
    const all = members.map(({ redis, listener }) => {
      const store = new SharedLimits({ redis, listener, prefix, pauseMs: 50, ...options });
      open.push(store);
      return new RateLimiter({ requests: 3, spanMs: 60_000, store });
    });
    return all as [RateLimiter, RateLimiter];
  };

  test('a ban made in one process is known to the others at once, and so is its end', async () => {
    const [one, other] = bansOf();
    expect(await one.offend('192.0.2.1', 6)).toBeUndefined();
    expect(other.banned('192.0.2.1')).toBeUndefined();
    const ban = await other.offend('192.0.2.1', 6);
    expect(ban?.untilMs).toBeGreaterThan(Date.now() + 55_000);
    await vi.waitFor(() => expect(one.banned('192.0.2.1')).toMatchObject({ repeats: 0 }));
    expect(Math.abs((one.banned('192.0.2.1')?.untilMs ?? 0) - (ban?.untilMs ?? 0))).toBeLessThan(1_000);
    expect(one.banned('192.0.2.2')).toBeUndefined();
    await one.pardon('192.0.2.1');
    await vi.waitFor(() => expect(other.banned('192.0.2.1')).toBeUndefined());
    expect(await other.offend('192.0.2.1', 6)).toBeUndefined();
  });

  test('a guard refuses whom another process has banned', async () => {
    const [one, other] = bansOf();
    const guard = new HttpGuard({ mode: 'block', bans: other });
    const request = { method: 'GET', url: '/', rawHeaders: [], remoteAddress: '192.0.2.3' };
    expect((await guard.admit(request)).decision.action).toBe('pass');
    await one.offend('192.0.2.3', 50);
    await vi.waitFor(async () => {
      const { decision } = await guard.admit(request);
      expect(decision).toMatchObject({ action: 'block', reason: 'banned' });
      expect(Number(decision.headers['retry-after'])).toBeGreaterThan(50);
    });
  });

  test('one that comes later, or was cut off, knows what was banned meanwhile', async () => {
    const [one, other] = bansOf();
    await vi.waitFor(async () => {
      await one.offend('early', 50);
      expect(other.banned('early')).toBeDefined();
    });
    const [late] = bansOf();
    await vi.waitFor(() => expect(late.banned('early')).toBeDefined());
    const admin = new Redis(server.url);
    try {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await one.offend('missed', 50);
      await one.pardon('early');
      await vi.waitFor(() => expect(other.banned('missed')).toBeDefined(), { timeout: 10_000 });
      await vi.waitFor(() => expect(other.banned('early')).toBeUndefined(), { timeout: 10_000 });
    } finally {
      admin.disconnect();
    }
  });

  test('the script counts as the class does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b\nc', 'é'), fc.integer({ min: 0, max: 12 })), {
          maxLength: 12,
        }),
        async (offences) => {
          prefix = `test:${names++}:`;
          // No sum of whole points: which side of it they are on is not left to what a millisecond takes off.
          const options = { threshold: 14.5, banMs: 1_000_000, maxBanMs: 1_500_000, halfLifeMs: 1e12 };
          const plain = new Bans(options);
          for (const one of open.splice(0)) one[Symbol.dispose]();
          const [shared] = bansOf(options);
          for (const [key, points] of offences) {
            const [expected, got] = [plain.offend(key, points), await shared.offend(key, points)];
            expect(got === undefined).toBe(expected === undefined);
            expect(got?.repeats).toBe(expected?.repeats);
            expect(Math.abs((got?.untilMs ?? 0) - (expected?.untilMs ?? 0))).toBeLessThan(5_000);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test('points decay, bans end and double', async () => {
    const [one] = bansOf({ banMs: 80, halfLifeMs: 40 });
    expect(await one.offend('x', 10)).toMatchObject({ repeats: 0 });
    await vi.waitFor(() => expect(one.banned('x')).toBeUndefined());
    const again = await one.offend('x', 10);
    expect(again).toMatchObject({ repeats: 1 });
    expect((again?.untilMs ?? 0) - Date.now()).toBeGreaterThan(100);
    await new Promise((resolve) => setTimeout(resolve, 40 * 16));
    expect(await one.offend('x', 9)).toBeUndefined();
    expect(await one.offend('x', 9)).toMatchObject({ repeats: 0 });
  });

  test('who is refused by one is refused by all without asking, and freed by all', async () => {
    const [one, other] = limitersOf();
    for (let count = 0; count < 3; count++) expect((await one.consume('k')).allowed).toBe(true);
    expect((await one.consume('k')).allowed).toBe(false);
    await vi.waitFor(() => expect(other.consume('k')).not.toBeInstanceOf(Promise));
    const before = members.map(({ asked }) => asked.count);
    for (let count = 0; count < 100; count++) {
      for (const limiter of [one, other]) {
        const { allowed, retryAfterMs, remaining } = limiter.consume('k') as LimitDecision;
        expect({ allowed, remaining }).toEqual({ allowed: false, remaining: 0 });
        expect(retryAfterMs).toBeGreaterThan(10_000);
      }
    }
    expect(members.map(({ asked }) => asked.count)).toEqual(before);
    expect((await other.consume('another')).allowed).toBe(true);
    await other.reset('k');
    await vi.waitFor(async () => expect((await one.consume('k')).allowed).toBe(true));
  });

  test('a refusal of a great cost says nothing of a small one, and ends by itself', async () => {
    const [one, other] = limitersOf();
    expect((await one.consume('k', 2)).allowed).toBe(true);
    expect((await one.consume('k', 2)).allowed).toBe(false);
    await vi.waitFor(() => expect(other.consume('k', 2)).not.toBeInstanceOf(Promise));
    expect((await other.consume('k', 1)).allowed).toBe(true);
    const { redis, listener } = members[0] as Member;
    const store = new SharedLimits({ redis, listener, prefix: `${prefix}short:` });
    open.push(store);
    const short = new RateLimiter({ requests: 1, spanMs: 200, store });
    expect((await short.consume('k')).allowed).toBe(true);
    const { allowed, retryAfterMs } = await short.consume('k');
    expect(allowed).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs + 5));
    expect((await short.consume('k')).allowed).toBe(true);
  });

  test('while Redis is away, limits do as was chosen; bans go on, and are told when it is back', async () => {
    const errors: unknown[] = [];
    const [local] = limitersOf();
    const [open_] = limitersOf({ whenAway: 'open', onError: (error) => errors.push(error) });
    const [closed] = limitersOf({ whenAway: 'closed' });
    const [one, other] = bansOf();
    const [careless] = bansOf({ whenAway: 'open' });
    await one.offend('known', 50);
    await vi.waitFor(() => expect(other.banned('known')).toBeDefined());
    await server.kill();
    const taken: boolean[] = [];
    for (let count = 0; count < 5; count++) taken.push((await local.consume('k')).allowed);
    expect(taken).toEqual([true, true, true, false, false]);
    for (let count = 0; count < 5; count++) expect((await open_.consume('k')).allowed).toBe(true);
    expect(errors.length).toBeGreaterThan(0);
    expect(await closed.consume('k')).toMatchObject({ allowed: false, retryAfterMs: 1_000 });
    expect(other.banned('known')).toBeDefined();
    expect(await careless.offend('new', 50)).toBeUndefined();
    expect(await one.offend('new', 50)).toBeDefined();
    expect(one.banned('new')).toBeDefined();
    await server.start();
    await vi.waitFor(() => expect(other.banned('new')).toBeDefined(), { timeout: 10_000 });
    expect(other.banned('known')).toBeDefined();
    await vi.waitFor(async () => expect((await closed.consume('k2')).allowed).toBe(true), {
      timeout: 10_000,
    });
  }, 40_000);

  test('a Redis that hangs holds one request up, and for half a second at most', async () => {
    const [limiter] = limitersOf({ timeoutMs: 150, pauseMs: 60_000 });
    expect((await limiter.consume('k')).allowed).toBe(true);
    server.signal('SIGSTOP');
    try {
      const beganMs = performance.now();
      for (let count = 0; count < 3; count++) expect((await limiter.consume('k')).allowed).toBe(true);
      expect((await limiter.consume('k')).allowed).toBe(false);
      expect(performance.now() - beganMs).toBeLessThan(1_500);
    } finally {
      server.signal('SIGCONT');
    }
  });

  test('settings that cannot be are refused', () => {
    const { redis, listener } = members[0] as Member;
    const refused = expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' });
    expect(() => new SharedLimits({ redis, whenAway: 'maybe' as never })).toThrow(refused);
    expect(() => new SharedBans({ redis, listener, whenAway: 'closed' as never })).toThrow(refused);
    expect(() => new SharedBans({ redis, listener, threshold: 0 })).toThrow(refused);
    expect(() => new SharedBans({ redis, listener, rereadMs: Number.NaN })).toThrow(refused);
  });
});

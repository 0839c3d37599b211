import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  AddressList,
  Bans,
  BruteForceGuard,
  fromIoredis,
  fromNodeRedis,
  type LimitAlgorithm,
  type LimitDecision,
  RateLimiter,
  type RedisScripts,
  RedisWindows,
} from '../../src/http/index.ts';

const algorithms: readonly LimitAlgorithm[] = ['gcra', 'token-bucket', 'sliding-window'];

describe.each(algorithms)('%s', (algorithm) => {
  const make = (requests: number, spanMs: number) => {
    let nowMs = 1_700_000_000_000;
    const limiter = new RateLimiter({ algorithm, requests, spanMs, clock: () => nowMs });
    return {
      take: (key = 'a') => limiter.consume(key) as LimitDecision,
      pass: (ms: number) => {
        nowMs += ms;
      },
    };
  };

  test('gives as many as the limit says, then refuses, then gives again', () => {
    const { take, pass } = make(5, 1000);
    for (let left = 4; left >= 0; left--)
      expect(take()).toMatchObject({ allowed: true, remaining: left, retryAfterMs: 0 });
    const refused = take();
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(take('b').allowed).toBe(true);
    pass(3000);
    expect(take()).toMatchObject({ allowed: true, remaining: 4 });
  });

  test('gives as many, whatever the limit divides the span into', () => {
    for (const requests of [3, 7, 9, 14, 17, 60, 97, 333, 1000, 9973]) {
      const { take } = make(requests, 60_000);
      const allowed = Array.from({ length: requests + 2 }, () => take().allowed).filter(Boolean);
      expect(allowed).toHaveLength(requests);
    }
  });

  test('never allows more than twice the limit in any span', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 20, maxLength: 200 }), (gaps) => {
        const { take, pass } = make(5, 1000);
        const allowed: number[] = [];
        let at = 0;
        for (const gap of gaps) {
          pass(gap);
          at += gap;
          if (take().allowed) allowed.push(at);
        }
        for (const from of allowed) {
          const inSpan = allowed.filter((one) => one >= from && one < from + 1000).length;
          expect(inSpan).toBeLessThanOrEqual(10);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('the wait it names is enough', () => {
    const { take, pass } = make(3, 900);
    for (let count = 0; count < 3; count++) take();
    const { retryAfterMs } = take();
    pass(retryAfterMs + 1);
    expect(take().allowed).toBe(true);
  });
});

test('a rate that is none is refused', () => {
  for (const options of [
    { requests: 0, spanMs: 1 },
    { requests: 1, spanMs: Number.NaN },
    { requests: 1, spanMs: 1, burst: -1 },
  ]) {
    expect(() => new RateLimiter(options)).toThrowError(
      expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
    );
  }
});

test('bans grow twofold and are forgiven by halves', () => {
  let nowMs = 0;
  const bans = new Bans({ threshold: 10, halfLifeMs: 1000, banMs: 100, maxBanMs: 300, clock: () => nowMs });
  expect(bans.offend('a', 8)).toBeUndefined();
  nowMs = 1000;
  expect(bans.points('a')).toBeCloseTo(4);
  expect(bans.offend('a', 8)).toEqual({ untilMs: 1100, repeats: 0 });
  nowMs = 1101;
  expect(bans.banned('a')).toBeUndefined();
  expect(bans.offend('a', 8)).toEqual({ untilMs: 1301, repeats: 1 });
  nowMs = 1302;
  expect(bans.offend('a', 8)).toEqual({ untilMs: 1602, repeats: 2 });
  nowMs = 60_000;
  expect(bans.offend('a', 10)).toEqual({ untilMs: 60_100, repeats: 0 });
  bans.pardon('a');
  expect(bans.banned('a')).toBeUndefined();
});

test('logins: guessing, stuffing and a distributed attack are told apart', () => {
  let nowMs = 0;
  const guard = new BruteForceGuard({
    perAccount: 3,
    accountsPerAddress: 4,
    addressesPerAccount: 5,
    spanMs: 1000,
    clock: () => nowMs,
  });
  for (let count = 0; count < 3; count++) guard.failed('ana', '192.0.2.1');
  expect(guard.check('Ana', '192.0.2.9')).toMatchObject({ allowed: false, reason: 'brute-force' });
  for (const name of ['a', 'b', 'c', 'd']) guard.failed(name, '192.0.2.2');
  expect(guard.check('zoe', '192.0.2.2')).toMatchObject({ allowed: false, reason: 'credential-stuffing' });
  for (let host = 10; host < 15; host++) guard.failed('bea', `192.0.2.${host}`);
  expect(guard.check('bea', '192.0.2.99')).toMatchObject({ allowed: false, reason: 'distributed-guessing' });
  guard.succeeded('ana');
  expect(guard.check('ana', '192.0.2.9')).toEqual({ allowed: true });
  nowMs = 1001;
  expect(guard.check('zoe', '192.0.2.2')).toEqual({ allowed: true });
});

/** As much of the Redis protocol (RESP2) as two commands need. */
class Resp implements RedisScripts {
  private buffered = '';
  private readonly waiting: ((value: unknown) => void)[] = [];
  private readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data) => {
      this.buffered += data.toString();
      for (let reply = this.parse(); reply !== undefined; reply = this.parse()) this.waiting.shift()?.(reply);
    });
  }

  run(script: string, key: string, args: readonly string[]): Promise<unknown> {
    return this.send(['EVAL', script, '1', key, ...args]);
  }

  delete(key: string): Promise<unknown> {
    return this.send(['DEL', key]);
  }

  close(): void {
    this.socket.destroy();
  }

  private send(words: readonly string[]): Promise<unknown> {
    const text = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    this.socket.write(`*${words.length}\r\n${text}`);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private parse(): unknown {
    const whole = /^\*(\d+)\r\n((?::-?\d+\r\n)+)|^:(-?\d+)\r\n|^-([^\r]*)\r\n/.exec(this.buffered);
    if (!whole || (whole[1] && whole[2]?.split('\r\n').length !== Number(whole[1]) + 1)) return undefined;
    this.buffered = this.buffered.slice(whole[0].length);
    if (whole[4] !== undefined) return new Error(whole[4]);
    if (whole[3] !== undefined) return Number(whole[3]);
    return whole[2]
      ?.trim()
      .split('\r\n')
      .map((line) => Number(line.slice(1)));
  }
}

const redis = await new Promise<Resp | undefined>((resolve) => {
  const socket = connect(6379, '127.0.0.1', () => resolve(new Resp(socket)));
  socket.on('error', () => resolve(undefined));
});

describe.skipIf(!redis)('Redis (no server on 127.0.0.1:6379: nothing to count in)', () => {
  test.each(algorithms)('%s counts for a fleet', async (algorithm) => {
    const key = `test-${process.pid}-${algorithm}`;
    const fleet = [1, 2].map(
      () =>
        new RateLimiter({
          algorithm,
          requests: 4,
          spanMs: 60_000,
          store: new RedisWindows(redis as Resp, 'wolfsec:test:'),
        }),
    );
    const decisions: LimitDecision[] = [];
    for (let count = 0; count < 6; count++)
      decisions.push(await (fleet[count % 2] as RateLimiter).consume(key));
    expect(decisions.map((one) => one.allowed)).toEqual([true, true, true, true, false, false]);
    expect(decisions[0]).toMatchObject({ remaining: 3, limit: 4 });
    expect(decisions[5]?.retryAfterMs).toBeGreaterThan(0);
    await fleet[0]?.reset(key);
    expect((await fleet[1]?.consume(key))?.allowed).toBe(true);
    await fleet[0]?.reset(key);
    const odd = {
      algorithm,
      requests: 97,
      spanMs: 3_600_000,
      store: new RedisWindows(redis as Resp, 'wolfsec:test:'),
    };
    const limiter = new RateLimiter(odd);
    let allowed = 0;
    while ((await limiter.consume(key)).allowed) allowed++;
    expect(allowed).toBe(97);
    await limiter.reset(key);
    if (algorithm === 'sliding-window') redis?.close();
  });
});

const node = createClient({
  url: 'redis://127.0.0.1:6379',
  socket: { reconnectStrategy: false, connectTimeout: 1000 },
});
node.on('error', () => {});
const connected = await node.connect().then(
  () => true,
  () => false,
);

const ioredis = new Redis({ host: '127.0.0.1', port: 6379, lazyConnect: true, retryStrategy: () => null });
ioredis.on('error', () => {});
if (connected) await ioredis.connect();

describe.skipIf(!connected)('real clients (no server on 127.0.0.1:6379: nothing to count in)', () => {
  afterAll(async () => {
    await node.close();
    ioredis.disconnect();
  });

  const clients = { 'node-redis': fromNodeRedis(node as never), ioredis: fromIoredis(ioredis as never) };
  const cases = algorithms.flatMap((algorithm) =>
    Object.entries(clients).map(([name, client]) => [algorithm, name, client] as const),
  );

  test.each(cases)('%s counts through %s', async (algorithm, name, client) => {
    const store = new RedisWindows(client, 'wolfsec:test:');
    const limiter = new RateLimiter({ algorithm, requests: 2, spanMs: 60_000, store });
    const key = `${name}-${process.pid}-${algorithm}`;
    await limiter.reset(key);
    const decisions = [await limiter.consume(key), await limiter.consume(key), await limiter.consume(key)];
    expect(decisions.map((one) => one.allowed)).toEqual([true, true, false]);
    expect(decisions[2]?.retryAfterMs).toBeGreaterThan(0);
    await limiter.reset(key);
  });
});

test('a list of networks follows its file, and keeps what it had where the file is broken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wolfsec-list-'));
  const file = join(folder, 'deny.txt');
  writeFileSync(file, '192.0.2.0/24 # first\n');
  const errors: unknown[] = [];
  const list = new AddressList({ entries: ['203.0.113.7'], file, onError: (error) => errors.push(error) });
  try {
    expect(['192.0.2.9', '198.51.100.9', '203.0.113.7'].map((one) => list.has(one))).toEqual([
      true,
      false,
      true,
    ]);
    // Replaced as deployments do, not written into.
    writeFileSync(`${file}.new`, '198.51.100.0/24\n');
    renameSync(`${file}.new`, file);
    await vi.waitFor(() => expect(list.has('198.51.100.9')).toBe(true), { timeout: 20_000 });
    expect(list.has('192.0.2.9')).toBe(false);
    writeFileSync(file, 'no network\n');
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(0), { timeout: 20_000 });
    expect(list.has('198.51.100.9')).toBe(true);
  } finally {
    list.close();
    rmSync(folder, { recursive: true });
  }
});

import { describe, expect, test, vi } from 'vitest';
import { OwnServer, withoutRedis } from '../fleet/brokers.ts';
import { withService } from './running.ts';
import { send as sendTo } from './send.ts';

const send = (url: string) => sendTo(url, '/v1/events', Buffer.from('{"a":1}\n'));

test('requests beyond the limit are answered 429 with Retry-After', () =>
  withService({ requestsPerMinute: 2 }, async ({ url }) => {
    expect([(await send(url)).status, (await send(url)).status]).toEqual([200, 200]);
    const { status, headers } = await send(url);
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(20);
  }));

test('an address of Redis that is none is refused without being told', () =>
  expect(
    withService({ requestsPerMinute: 2, redisUrl: 'http://user:secret@host' }, async () => {}),
  ).rejects.toMatchObject({
    code: 'WOLFSEC_INVALID_ARGUMENT',
    message: expect.not.stringContaining('secret'),
  }));

describe.skipIf(withoutRedis)(
  `front doors that count together (${withoutRedis ?? 'their own Redis'})`,
  () => {
    test('what one refuses the other refuses; without Redis they do as they were told', async () => {
      const redis = await OwnServer.redis();
      const shared = { requestsPerMinute: 2, redisUrl: redis.url };
      try {
        await withService({ ...shared, redisAway: 'closed' }, (closed) =>
          withService(shared, async (local) => {
            expect([(await send(closed.url)).status, (await send(local.url)).status]).toEqual([200, 200]);
            expect((await send(closed.url)).status).toBe(429);
            expect((await send(local.url)).status).toBe(429);
            await redis.kill();
            await vi.waitFor(async () => {
              expect((await send(closed.url)).status).toBe(429);
            });
          }),
        );
        // Started without Redis: counts alone, and refuses all, until it is there.
        await withService({ ...shared, brokerPrefix: 'late' }, async ({ url }) => {
          expect([(await send(url)).status, (await send(url)).status]).toEqual([200, 200]);
          expect((await send(url)).status).toBe(429);
        });
        await withService({ ...shared, brokerPrefix: 'shut', redisAway: 'closed' }, async ({ url }) => {
          expect((await send(url)).status).toBe(429);
          await redis.start();
          await vi.waitFor(async () => expect((await send(url)).status).toBe(200), { timeout: 10_000 });
        });
      } finally {
        await redis.remove();
      }
    }, 60_000);
  },
);

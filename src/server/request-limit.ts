import { setTimeout as sleep } from 'node:timers/promises';
import { WolfsecError } from '../errors.ts';
import { fromNodeRedis, hearNodeRedis, RateLimiter, SharedLimits } from '../http/index.ts';
import type { ServeConfig } from './config.ts';

/** How long starting waits for Redis, before the limit does what it does while Redis is away. */
const startMs = 5_000;

/** The limit of requests that the configuration asks for, counted here or in Redis for all front doors together. */
export async function limiterOf(
  { requestsPerMinute, redisUrl, redisAway, brokerPrefix }: ServeConfig,
  onError: (error: unknown) => void,
): Promise<{ limiter?: RateLimiter; close(): Promise<void> }> {
  if (requestsPerMinute === 0) return { close: async () => {} };
  const limit = { requests: requestsPerMinute, spanMs: 60_000 };
  if (redisUrl === '') return { limiter: new RateLimiter(limit), close: async () => {} };
  const client = await connecting(redisUrl, onError);
  const hears = client.duplicate();
  hears.on('error', onError);
  const connected = Promise.all([client.connect(), hears.connect()]).catch(onError);
  await Promise.race([connected, sleep(startMs, undefined, { ref: false })]);
  const store = new SharedLimits({
    redis: fromNodeRedis(client),
    listener: hearNodeRedis(hears),
    prefix: `${brokerPrefix}:limit:`,
    whenAway: redisAway,
    onError,
  });
  return {
    limiter: new RateLimiter({ ...limit, store }),
    async close() {
      store[Symbol.dispose]();
      client.destroy();
      hears.destroy();
    },
  };
}

async function connecting(url: string, onError: (error: unknown) => void) {
  const { createClient } = await redis();
  try {
    const client = createClient({
      url,
      // Without it, commands wait for a Redis that is away.
      disableOfflineQueue: true,
      socket: { connectTimeout: startMs },
    });
    client.on('error', onError);
    return client;
  } catch (cause) {
    // The address may hold a password, and the client's message the address.
    const message = 'redisUrl must be redis://[user:password@]host[:port][/database] or rediss://…';
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', message, { cause });
  }
}

async function redis() {
  try {
    return await import('redis');
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', 'redisUrl needs npm install redis', { cause });
  }
}

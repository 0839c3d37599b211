import { WolfsecError } from '../errors.ts';
import {
  fromNodeRedis,
  type LimitDecision,
  type LimitStore,
  RateLimiter,
  RedisWindows,
} from '../http/index.ts';
import type { ServeConfig } from './config.ts';

/** The limit of requests that the configuration asks for, counted here or in Redis for all front doors together. */
export async function limiterOf(
  { requestsPerMinute, redisUrl, brokerPrefix }: ServeConfig,
  onError: (error: unknown) => void,
): Promise<{ limiter?: RateLimiter; close(): Promise<void> }> {
  if (requestsPerMinute === 0) return { close: async () => {} };
  const limit = { requests: requestsPerMinute, spanMs: 60_000 };
  if (redisUrl === '') return { limiter: new RateLimiter(limit), close: async () => {} };
  const client = (await redis()).createClient({
    url: redisUrl,
    // Without it, commands wait for a Redis that is away.
    disableOfflineQueue: true,
    socket: { connectTimeout: 5_000 },
  });
  client.on('error', onError);
  try {
    await client.connect();
  } catch (cause) {
    client.destroy();
    const message = `Redis: ${(cause as Error).message}`;
    throw new WolfsecError('WOLFSEC_BROKER_UNAVAILABLE', message, { cause });
  }
  const shared = new RedisWindows(fromNodeRedis(client), `${brokerPrefix}:limit:`);
  return {
    limiter: new RateLimiter({ ...limit, store: new OpenWhereAway(shared, onError) }),
    close: async () => client.destroy(),
  };
}

/** Lets requests through while Redis is away: a limit that cannot be counted must not stop what it protects. */
class OpenWhereAway implements LimitStore {
  readonly #store: LimitStore;
  readonly #onError: (error: unknown) => void;

  constructor(store: LimitStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  async consume(...parameters: Parameters<LimitStore['consume']>): Promise<LimitDecision> {
    try {
      return await this.#store.consume(...parameters);
    } catch (error) {
      this.#onError(error);
      const [, , { requests }] = parameters;
      return { allowed: true, limit: requests, remaining: requests, retryAfterMs: 0, resetAfterMs: 0 };
    }
  }

  async reset(key: string): Promise<void> {
    await this.#store.reset(key);
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

import type { Limit, LimitDecision, LimitStore } from './limiter.ts';

/** What is asked of a Redis client: one script run, one key deleted. See {@link fromIoredis} and {@link fromNodeRedis}. */
export interface RedisScripts {
  /** Runs a Lua script with one key, as `EVAL` does. */
  run(script: string, key: string, args: readonly string[]): Promise<unknown>;
  /** Deletes a key, as `DEL` does. */
  delete(key: string): Promise<unknown>;
}

/** The part of `ioredis` that is used. */
export interface IoredisLike {
  /** `EVAL`. */
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>;
  /** `DEL`. */
  del(key: string): Promise<unknown>;
}

/** The part of `redis` (node-redis) that is used. */
export interface NodeRedisLike {
  /** `EVAL`. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** `DEL`. */
  del(key: string): Promise<unknown>;
}

/** Lets {@link RedisWindows} use a client of ioredis. */
export const fromIoredis = (client: IoredisLike): RedisScripts => ({
  run: (script, key, args) => client.eval(script, 1, key, ...args),
  delete: (key) => client.del(key),
});

/** Lets {@link RedisWindows} use a client of node-redis. */
export const fromNodeRedis = (client: NodeRedisLike): RedisScripts => ({
  run: (script, key, args) => client.eval(script, { keys: [key], arguments: [...args] }),
  delete: (key) => client.del(key),
});

/**
 * The same three steps as `arithmetic.ts`, run where the state is, so that a fleet counts as one.
 * Time comes from the Redis server: the fleet's clocks may differ.
 */
const script = `
local algorithm, cost, requests, span, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local state = redis.call('HMGET', KEYS[1], 'a', 'b', 'c')
local fresh = not state[1]
local a, b, c = tonumber(state[1] or 0), tonumber(state[2] or 0), tonumber(state[3] or 0)
local allowed, remaining, retry, reset
if algorithm == 'gcra' then
  local interval = span / requests
  local tolerance = interval * burst
  local arrival = fresh and now or math.max(a, now)
  local next = arrival + interval * cost
  local early = next - tolerance - now
  allowed = early <= 1e-9
  if allowed then a = next end
  local kept = allowed and next or arrival
  remaining = math.max(0, math.floor((now + tolerance - kept) / interval + 1e-9))
  retry = allowed and 0 or math.ceil(early)
  reset = math.max(0, math.ceil(kept - now))
elseif algorithm == 'token-bucket' then
  local rate = requests / span
  local held = fresh and burst or math.min(burst, a + math.max(0, now - b) * rate)
  allowed = held - cost >= -1e-9
  a = allowed and math.max(0, held - cost) or held
  b = now
  remaining = math.floor(a + 1e-9)
  retry = allowed and 0 or math.ceil((cost - held) / rate)
  reset = math.ceil((burst - a) / rate)
else
  local start = math.floor(now / span) * span
  if fresh or start - a > span then b = 0 c = 0 elseif start > a then c = b b = 0 end
  a = start
  local used = c * (1 - (now - start) / span) + b
  allowed = used + cost <= requests + 1e-9
  if allowed then b = b + cost end
  remaining = math.max(0, math.floor(requests - (allowed and used + cost or used) + 1e-9))
  retry = 0
  if not allowed then
    local next = span - (now - start)
    local excess = b + cost - requests
    if c > 0 and excess <= 0 then retry = math.ceil(next + excess / c * span)
    else retry = math.ceil(next + (b > 0 and math.max(0, excess / b * span) or 0)) end
  end
  reset = math.ceil(start + span * 2 - now)
end
if allowed or not fresh then
  redis.call('HSET', KEYS[1], 'a', string.format('%.6f', a), 'b', string.format('%.6f', b), 'c', string.format('%.6f', c))
  redis.call('PEXPIRE', KEYS[1], math.max(1, reset + 1000))
end
return {allowed and 1 or 0, remaining, retry, reset}
`;

/** Counts in Redis for all processes that share it. */
export class RedisWindows implements LimitStore {
  readonly #client: RedisScripts;
  readonly #prefix: string;

  /** Keys begin with `prefix` in Redis, by default `wolfsec:limit:`. */
  constructor(client: RedisScripts, prefix = 'wolfsec:limit:') {
    this.#client = client;
    this.#prefix = prefix;
  }

  /**
   * One script in Redis, by its clock. Rejects with the client's error where Redis cannot be reached; the
   * caller decides whether to let requests through then.
   */
  async consume(key: string, cost: number, limit: Limit): Promise<LimitDecision> {
    const args = [limit.algorithm, cost, limit.requests, limit.spanMs, limit.burst].map(String);
    const answer = (await this.#client.run(script, this.#prefix + key, args)) as number[];
    const [allowed, remaining, retryAfterMs, resetAfterMs] = answer.map(Number) as [
      number,
      number,
      number,
      number,
    ];
    return {
      allowed: allowed === 1,
      limit: limit.algorithm === 'sliding-window' ? limit.requests : limit.burst,
      remaining,
      retryAfterMs,
      resetAfterMs,
    };
  }

  /** Forgets what a key has used, for all processes. */
  async reset(key: string): Promise<void> {
    await this.#client.delete(this.#prefix + key);
  }
}

import type { Limit, LimitDecision, LimitStore } from './limit.ts';
import type { RedisScripts } from './redis-clients.ts';

/** Refusals shorter than this, in milliseconds, are over before others have heard of them. */
export const leastTold = 50;

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
  local slack = interval / 1000
  local ahead = fresh and 0 or math.max(0, a - math.max(0, now - b))
  local next = ahead + interval * cost
  local early = next - tolerance
  allowed = early <= slack
  if allowed then a = next b = now end
  local kept = allowed and next or ahead
  remaining = math.max(0, math.floor((tolerance - kept + slack) / interval))
  retry = allowed and 0 or math.ceil(early)
  reset = math.ceil(kept)
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
  redis.call('HSET', KEYS[1], 'a', string.format('%.17g', a), 'b', string.format('%.17g', b), 'c', string.format('%.17g', c))
  redis.call('PEXPIRE', KEYS[1], math.max(1, reset + 1000))
end
if not allowed and ARGV[6] and retry >= tonumber(ARGV[8]) then
  redis.call('PUBLISH', ARGV[6], 'refused\\n' .. string.format('%d', retry) .. '\\n' .. ARGV[2] .. '\\n' .. ARGV[7])
end
return {allowed and 1 or 0, remaining, retry, reset}
`;

const resetScript = `
redis.call('DEL', KEYS[1])
return redis.call('PUBLISH', ARGV[1], 'reset\\n' .. ARGV[2])
`;

/** Counts in Redis for all processes that share it. */
export class RedisWindows implements LimitStore {
  readonly #client: RedisScripts;
  readonly #prefix: string;
  readonly #channel: string | undefined;

  /**
   * Keys begin with `prefix` in Redis, by default `wolfsec:limit:`.
   *
   * @param channel Where refusals and resets are published, for `SharedLimits`. Default: nowhere.
   */
  constructor(client: RedisScripts, prefix = 'wolfsec:limit:', channel?: string) {
    this.#client = client;
    this.#prefix = prefix;
    this.#channel = channel;
  }

  /**
   * One script in Redis, by its clock. Rejects with the client's error where Redis cannot be reached; the
   * caller decides whether to let requests through then.
   */
  async consume(key: string, cost: number, limit: Limit): Promise<LimitDecision> {
    const args = [limit.algorithm, cost, limit.requests, limit.spanMs, limit.burst].map(String);
    if (this.#channel !== undefined) args.push(this.#channel, key, String(leastTold));
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
    if (this.#channel === undefined) await this.#client.delete(this.#prefix + key);
    else await this.#client.run(resetScript, this.#prefix + key, [this.#channel, key]);
  }
}

import { LRUCache } from 'lru-cache';
import { invalidArgument } from '../../errors.ts';
import type { Limit, LimitDecision, LimitStore } from './limit.ts';
import { MemoryWindows } from './memory.ts';
import { Reach, type ReachOptions } from './reach.ts';
import { leastTold, RedisWindows } from './redis.ts';
import type { RedisListener, RedisScripts } from './redis-clients.ts';

/** What a limit says while Redis is away: as this process alone counts, yes to all, or no to all. */
export type WhenAway = 'local' | 'open' | 'closed';

/** Settings of {@link SharedLimits}. */
export interface SharedLimitsOptions extends ReachOptions {
  /** Where keys are counted. */
  readonly redis: RedisScripts;
  /** Hears of refusals of other processes. Default: each process asks for itself. */
  readonly listener?: RedisListener;
  /** Comes before every key, and names the channel. Default `wolfsec:limit:`. */
  readonly prefix?: string;
  /** Default `local`. */
  readonly whenAway?: WhenAway;
  /** Refused keys that are remembered, and keys counted here while Redis is away. Default 100,000. */
  readonly maxKeys?: number;
}

interface Refusal {
  readonly untilMs: number;
  /** The least cost that is refused until then. */
  readonly cost: number;
}

/**
 * One limit, counted in Redis for all processes. A key that one process sees refused is refused by all at once, without
 * asking, until it may come again: who floods a fleet does not flood its Redis.
 */
export class SharedLimits implements LimitStore, Disposable {
  readonly #windows: RedisWindows;
  readonly #reach: Reach;
  readonly #whenAway: WhenAway;
  readonly #local: MemoryWindows;
  readonly #refused: LRUCache<string, Refusal>;
  readonly #stop: () => void;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for another `whenAway`. */
  constructor(options: SharedLimitsOptions) {
    const { redis, listener, prefix = 'wolfsec:limit:', whenAway = 'local', maxKeys = 100_000 } = options;
    if (!['local', 'open', 'closed'].includes(whenAway))
      throw invalidArgument('whenAway', 'local, open or closed');
    const channel = `${prefix}refused`;
    this.#windows = new RedisWindows(redis, prefix, listener ? channel : undefined);
    this.#reach = new Reach(options);
    this.#whenAway = whenAway;
    this.#local = new MemoryWindows(maxKeys);
    this.#refused = new LRUCache({ max: maxKeys });
    this.#stop =
      listener?.listen(
        channel,
        (message) => this.#heard(message),
        () => this.#reach.back(),
      ) ?? (() => {});
  }

  /** Takes `cost` from what `key` may use; at once where it is known to be refused. Never rejects. */
  consume(key: string, cost: number, limit: Limit, nowMs: number): LimitDecision | Promise<LimitDecision> {
    const refusal = this.#refused.get(key);
    const leftMs = refusal === undefined ? 0 : refusal.untilMs - performance.now();
    if (refusal && leftMs > 0 && cost >= refusal.cost) return refusedFor(Math.ceil(leftMs), limit);
    return this.#ask(key, cost, limit, nowMs);
  }

  /** Frees a key, in all processes. */
  async reset(key: string): Promise<void> {
    this.#refused.delete(key);
    this.#local.reset(key);
    await this.#reach.ask(() => this.#windows.reset(key));
  }

  /** Hears no more. */
  [Symbol.dispose](): void {
    this.#stop();
  }

  async #ask(key: string, cost: number, limit: Limit, nowMs: number): Promise<LimitDecision> {
    const decision = await this.#reach.ask(() => this.#windows.consume(key, cost, limit));
    if (!decision) return this.#alone(key, cost, limit, nowMs);
    if (!decision.allowed) this.#remember(key, decision.retryAfterMs, cost);
    return decision;
  }

  #alone(key: string, cost: number, limit: Limit, nowMs: number): LimitDecision {
    if (this.#whenAway === 'local') return this.#local.consume(key, cost, limit, nowMs);
    if (this.#whenAway === 'closed') return refusedFor(1_000, limit);
    const most = mostOf(limit);
    return { allowed: true, limit: most, remaining: most, retryAfterMs: 0, resetAfterMs: 0 };
  }

  /** `refused`, how long, what cost, the key; or `reset` and the key. A key may hold newlines. */
  #heard(message: string): void {
    const [kind, ...parts] = message.split('\n');
    if (kind === 'reset') this.#refused.delete(parts.join('\n'));
    else if (kind === 'refused')
      this.#remember(parts.slice(2).join('\n'), Number(parts[0]), Number(parts[1]));
  }

  #remember(key: string, leftMs: number, cost: number): void {
    if (leftMs >= leastTold) this.#refused.set(key, { untilMs: performance.now() + leftMs, cost });
  }
}

function refusedFor(retryAfterMs: number, limit: Limit): LimitDecision {
  const wait = { retryAfterMs, resetAfterMs: retryAfterMs };
  return { allowed: false, limit: mostOf(limit), remaining: 0, ...wait };
}

const mostOf = ({ algorithm, requests, burst }: Limit) => (algorithm === 'sliding-window' ? requests : burst);

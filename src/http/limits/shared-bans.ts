import { LRUCache } from 'lru-cache';
import { invalidArgument } from '../../errors.ts';
import { type Ban, type BanList, type BanOptions, Bans, banOptions } from './bans.ts';
import { Reach, type ReachOptions } from './reach.ts';
import { banScript, keepScript, listScript, pardonScript } from './redis-bans.ts';
import type { RedisListener, RedisScripts } from './redis-clients.ts';

/** Settings of {@link SharedBans}. */
export interface SharedBansOptions extends Omit<BanOptions, 'clock'>, ReachOptions {
  /** Where offences are counted. */
  readonly redis: RedisScripts;
  /** Hears of bans of other processes. */
  readonly listener: RedisListener;
  /** Comes before every key, and names the channel. Default `wolfsec:ban:`. */
  readonly prefix?: string;
  /**
   * Offences while Redis is away: counted in this process, whose bans the others learn when it is back (`local`,
   * default), or let pass (`open`). Bans that are known hold in any case.
   */
  readonly whenAway?: 'local' | 'open';
  /** All bans are read anew so often, in case a message was missed, in milliseconds. Default 30,000. */
  readonly rereadMs?: number;
}

/**
 * Bans of a fleet: points are counted in Redis, a ban is published the moment it is made, and each process answers
 * `banned` from a list of its own, without asking.
 */
export class SharedBans implements BanList, Disposable {
  readonly #redis: RedisScripts;
  readonly #reach: Reach;
  readonly #options: Required<BanOptions>;
  readonly #whenAway: 'local' | 'open';
  readonly #all: string;
  readonly #channel: string;
  /** Ends on the clock of `performance.now`, which nobody sets. */
  readonly #bans: LRUCache<string, Ban>;
  readonly #alone: Bans;
  /** Made here while Redis was away; told when it is back. */
  readonly #untold = new Set<string>();
  /** Pardoned here while Redis was away; told when it is back. */
  readonly #unpardoned = new Set<string>();
  /** Pardoned since the last reading began. */
  readonly #forgotten = new Set<string>();
  readonly #stop: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #pauseMs: number;
  #reading: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option that is no number above 0, or another `whenAway`. */
  constructor(options: SharedBansOptions) {
    const { redis, listener, prefix = 'wolfsec:ban:', whenAway = 'local', rereadMs = 30_000 } = options;
    if (!['local', 'open'].includes(whenAway)) throw invalidArgument('whenAway', 'local or open');
    if (!(rereadMs > 0)) throw invalidArgument('rereadMs', 'a number above 0');
    this.#options = banOptions(options);
    this.#redis = redis;
    this.#reach = new Reach(options);
    this.#pauseMs = options.pauseMs ?? 1_000;
    this.#whenAway = whenAway;
    // The braces keep all keys in one slot of a cluster.
    this.#all = `${prefix}{bans}`;
    this.#channel = `${prefix}told`;
    this.#bans = new LRUCache({ max: this.#options.maxKeys });
    this.#alone = new Bans(options);
    this.#stop = listener.listen(
      this.#channel,
      (message) => this.#heard(message),
      () => {
        this.#reach.back();
        void this.reread();
      },
    );
    this.#timer = setInterval(() => void this.reread(), rereadMs).unref();
  }

  /** The ban that a key is under, as far as this process has heard: answered at once. */
  banned(key: string): Ban | undefined {
    const ban = this.#bans.get(key);
    if (ban === undefined) return undefined;
    const leftMs = ban.untilMs - performance.now();
    return leftMs > 0 ? { untilMs: Date.now() + leftMs, repeats: ban.repeats } : undefined;
  }

  /** Adds offence points for all processes; gives the ban that the key is under then. Never rejects. */
  async offend(key: string, points: number): Promise<Ban | undefined> {
    const { threshold, halfLifeMs, banMs, maxBanMs, maxKeys } = this.#options;
    const args = [key, points, threshold, halfLifeMs, banMs, maxBanMs, maxKeys, this.#channel].map(String);
    const answer = await this.#reach.ask(() => this.#redis.run(banScript, this.#all, args));
    if (answer === undefined) return this.#offendAlone(key, points);
    const [leftMs = 0, repeats = 0] = (answer as unknown[]).map(Number);
    if (leftMs > 0) this.#put(key, leftMs, repeats);
    return this.banned(key);
  }

  /**
   * Forgets a key in all processes: its points, its ban and how often it was banned. While Redis is away, in this one; in
   * the others when it is back.
   */
  async pardon(key: string): Promise<void> {
    this.#forget(key);
    if (await this.#pardonAll(key)) return;
    this.#unpardoned.add(key);
    this.#dropFirst(this.#unpardoned);
    this.#readSoon();
  }

  async #pardonAll(key: string): Promise<boolean> {
    const told = await this.#reach.ask(() => this.#redis.run(pardonScript, this.#all, [key, this.#channel]));
    return told !== undefined;
  }

  /** Reads the bans in force, after those made here while Redis was away were told. */
  reread(): Promise<void> {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#reading ??= this.#read().then((read) => {
      this.#reading = undefined;
      if (!read) this.#readSoon();
    });
    return this.#reading;
  }

  /** Hears no more. */
  [Symbol.dispose](): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#again);
    this.#stop();
  }

  #offendAlone(key: string, points: number): Ban | undefined {
    if (this.#whenAway === 'open') return this.banned(key);
    const ban = this.#alone.offend(key, points);
    if (ban && !this.banned(key)) {
      this.#put(key, ban.untilMs - Date.now(), ban.repeats);
      this.#untold.add(key);
      this.#unpardoned.delete(key);
      this.#readSoon();
      this.#dropFirst(this.#untold);
    }
    return this.banned(key);
  }

  #dropFirst(keys: Set<string>): void {
    if (keys.size > this.#options.maxKeys) keys.delete(keys.values().next().value as string);
  }

  /** The connection that listens may be back before the one that asks. */
  #readSoon(): void {
    if (!this.#stopped) this.#again ??= setTimeout(() => void this.reread(), this.#pauseMs).unref();
  }

  /** `false` where Redis is away. */
  async #read(): Promise<boolean> {
    this.#forgotten.clear();
    for (const key of this.#unpardoned) {
      if (!(await this.#pardonAll(key))) return false;
      this.#unpardoned.delete(key);
    }
    for (const key of this.#untold) {
      const leftMs = (this.#bans.get(key)?.untilMs ?? 0) - performance.now();
      const args = [key, Math.ceil(leftMs), this.#options.maxKeys, this.#channel].map(String);
      if (leftMs > 0) {
        const told = await this.#reach.ask(() => this.#redis.run(keepScript, this.#all, args));
        if (told === undefined) return false;
      }
      this.#untold.delete(key);
    }
    const before = new Map(this.#bans.entries());
    const answer = await this.#reach.ask(() =>
      this.#redis.run(listScript, this.#all, [String(this.#options.maxKeys)]),
    );
    if (answer === undefined) return false;
    const found = answer as unknown[];
    for (let at = 0; at + 1 < found.length; at += 2) {
      const key = String(found[at]);
      before.delete(key);
      // What is heard meanwhile is newer than the answer.
      if (!this.#forgotten.has(key)) this.#put(key, Number(found[at + 1]), this.#bans.get(key)?.repeats ?? 0);
    }
    // Pardoned while nobody listened, or over.
    for (const [key, ban] of before) {
      if (!this.#untold.has(key) && this.#bans.peek(key) === ban) this.#bans.delete(key);
    }
    return true;
  }

  #heard(message: string): void {
    const [leftMs, repeats, ...key] = message.split('\n');
    if (Number(leftMs) > 0) this.#put(key.join('\n'), Number(leftMs), Number(repeats));
    else this.#forget(key.join('\n'));
  }

  #put(key: string, leftMs: number, repeats: number): void {
    this.#bans.set(key, { untilMs: performance.now() + leftMs, repeats });
  }

  #forget(key: string): void {
    this.#bans.delete(key);
    this.#untold.delete(key);
    this.#alone.pardon(key);
    this.#forgotten.add(key);
  }
}

import { LRUCache } from 'lru-cache';
import { invalidArgument } from '../../errors.ts';

/** Settings of {@link Bans}. */
export interface BanOptions {
  /** Offence points at which a ban starts. Default 20: three attacks of critical severity. */
  readonly threshold?: number;
  /** Time in which half of the points are forgiven. Default 10 minutes. */
  readonly halfLifeMs?: number;
  /** First ban. Each one after, while points remain of the last, is twice as long. Default 5 minutes. */
  readonly banMs?: number;
  /** Longest ban. Default 24 hours. */
  readonly maxBanMs?: number;
  /** Default 100,000. */
  readonly maxKeys?: number;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
}

/** Who is banned, until when. */
export interface Ban {
  readonly untilMs: number;
  /** How many bans came before. */
  readonly repeats: number;
}

/** Who is banned, in this process ({@link Bans}) or in a fleet (`SharedBans`). */
export interface BanList {
  /** The ban that a key is under, if any: answered at once. */
  banned(key: string): Ban | undefined;
  /** Adds offence points; gives the ban that the key is under then. Never rejects. */
  offend(key: string, points: number): Ban | undefined | Promise<Ban | undefined>;
  /** Forgets a key: its points, its ban and how often it was banned. */
  pardon(key: string): void | Promise<void>;
}

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option that is no number above 0. */
export function banOptions(options: BanOptions): Required<BanOptions> {
  const { threshold = 20, halfLifeMs = 600_000, banMs = 300_000, maxBanMs = 86_400_000 } = options;
  const { maxKeys = 100_000, clock = Date.now } = options;
  const numbers = { threshold, halfLifeMs, banMs, maxBanMs, maxKeys };
  for (const [name, value] of Object.entries(numbers)) {
    if (!(Number(value) > 0)) throw invalidArgument(name, 'a number above 0');
  }
  return { ...numbers, clock };
}

interface Offender {
  points: number;
  atMs: number;
  untilMs: number;
  repeats: number;
}

/** Temporary bans out of offence points that decay exponentially. */
export class Bans implements BanList {
  readonly #records: LRUCache<string, Offender>;
  readonly #options: Required<BanOptions>;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option that is no number above 0. */
  constructor(options: BanOptions = {}) {
    this.#options = banOptions(options);
    this.#records = new LRUCache({ max: this.#options.maxKeys });
  }

  /** The ban that a key is under, if any. */
  banned(key: string): Ban | undefined {
    const record = this.#records.get(key);
    if (record === undefined || record.untilMs <= this.#options.clock()) return undefined;
    return { untilMs: record.untilMs, repeats: record.repeats - 1 };
  }

  /** The points a key has now. */
  points(key: string): number {
    const record = this.#records.get(key);
    return record === undefined ? 0 : this.#decayed(record, this.#options.clock());
  }

  /** Adds offence points; gives the ban where they start one. */
  offend(key: string, points: number): Ban | undefined {
    const nowMs = this.#options.clock();
    const record = this.#records.get(key) ?? { points: 0, atMs: nowMs, untilMs: 0, repeats: 0 };
    const left = this.#decayed(record, nowMs);
    if (left < 1e-3) record.repeats = 0;
    record.points = left + points;
    record.atMs = nowMs;
    this.#records.set(key, record);
    if (record.points < this.#options.threshold || record.untilMs > nowMs) return this.banned(key);
    record.untilMs = nowMs + Math.min(this.#options.maxBanMs, this.#options.banMs * 2 ** record.repeats);
    record.repeats++;
    return this.banned(key);
  }

  /** Forgets a key: its points, its ban and how often it was banned. */
  pardon(key: string): void {
    this.#records.delete(key);
  }

  #decayed(record: Offender, nowMs: number): number {
    return record.points * 0.5 ** ((nowMs - record.atMs) / this.#options.halfLifeMs);
  }
}

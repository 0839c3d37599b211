import { reputationCache, type ThreatCache } from '../cache/index.ts';
import { invalidArgument } from '../errors.ts';
import type { Registry } from '../metrics/index.ts';
import { type FeedOptions, type FeedStatus, Feeds } from './feeds.ts';
import { type Indicator, type IndicatorKind, indicatorOf } from './indicator.ts';
import { type LearnedScore, LearnedScores, type LearnOptions } from './learned.ts';

/** A feed that knows an indicator, and what it says. */
export interface ReputationSource {
  /** Name of the feed, `learned` or `remote`. */
  readonly name: string;
  readonly category: string;
  readonly score: number;
  readonly confidence: number;
}

/** What is known of an indicator. */
export interface Verdict {
  readonly indicator: string;
  readonly kind: IndicatorKind;
  /** 0 (nothing bad known) to 100. */
  readonly score: number;
  /** Confidence of the source that the score comes from; 0 where there is none. */
  readonly confidence: number;
  /** The allow-list that it is on. Then the score is 0. */
  readonly allowedBy?: string;
  readonly sources: readonly ReputationSource[];
}

/** Settings of {@link Reputation}. */
export interface ReputationOptions {
  readonly learn?: LearnOptions;
  /** Looks elsewhere, for `checkReputation`; its answers are cached by `reputationCache`, which gives it 10 seconds. */
  readonly remote?: (
    indicator: Indicator,
    signal: AbortSignal,
  ) => Promise<Omit<ReputationSource, 'name'> | undefined>;
  /** Where the cache of what `remote` answered shows its figures. Default: the default registry. */
  readonly registry?: Registry;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** What was asked so far, and what is held. */
export interface ReputationFigures {
  /** Look-ups in feeds and learned scores: on an allow-list, known to be bad, or neither. */
  readonly lookups: Readonly<Record<'allowed' | 'listed' | 'unknown', number>>;
  /** Addresses whose scores were learned. */
  readonly learned: number;
}

/** Reputation of addresses, domains and file hashes: feeds, allow-lists, and what our own detections taught. */
export class Reputation implements Disposable {
  readonly #feeds: Feeds;
  readonly #learned: LearnedScores;
  readonly #cache: ThreatCache<Omit<ReputationSource, 'name'>> | undefined;
  readonly #now: () => number;
  readonly #lookups = { allowed: 0, listed: 0, unknown: 0 };

  /**
   * Begins without feeds: {@link load} brings them.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for settings of `learn` that cannot be.
   */
  constructor({ learn, remote, registry, now = Date.now }: ReputationOptions = {}) {
    this.#learned = new LearnedScores(learn);
    this.#now = now;
    this.#feeds = new Feeds(now);
    this.#cache =
      remote &&
      reputationCache(
        (text: string, signal) => remote(indicatorOf(text) as Indicator, signal),
        registry === undefined ? {} : { registry },
      );
  }

  /**
   * Loads a feed, or a new version of it, and puts it in place in one step: look-ups go on with the old version until
   * then. Long lists are parsed in a thread. With `refreshMs` it is loaded again by itself, sooner after a load that
   * failed, and also where the first one did: `feeds()` tells.
   *
   * @throws {WolfsecError} `WOLFSEC_FEED_INVALID` where it cannot be read or parsed, `WOLFSEC_ADDRESS_REFUSED` for a URL
   *   that the guard refuses: the version before stays. `WOLFSEC_INVALID_ARGUMENT` for options that cannot be.
   *   `WOLFSEC_ABORTED` where it was taken out meanwhile.
   */
  load(options: FeedOptions): Promise<FeedStatus> {
    return this.#feeds.load(options);
  }

  /** Takes a feed out; `false` where there is none. */
  remove(name: string): boolean {
    return this.#feeds.remove(name);
  }

  /** How each feed stands, in the order of loading. */
  feeds(): FeedStatus[] {
    return this.#feeds.statuses();
  }

  /**
   * What feeds and detections say, at once and without asking anybody.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for what is no address, domain or hash.
   */
  check(text: string): Verdict {
    const found = this.#find(known(text));
    if (found.allowedBy !== undefined) this.#lookups.allowed++;
    else if (found.sources.length > 0) this.#lookups.listed++;
    else this.#lookups.unknown++;
    return found;
  }

  /** The same, and what `remote` says, which is asked once for an indicator and then cached. */
  async checkReputation(text: string): Promise<Verdict> {
    const local = this.check(text);
    if (!this.#cache || local.allowedBy !== undefined) return local;
    // Whoever is asked may be away: what we know ourselves is still an answer.
    const remote = await this.#cache.lookup(local.indicator).catch(() => undefined);
    return remote ? verdict(local, [...local.sources, { name: 'remote', ...remote }]) : local;
  }

  /** Takes a detection's source address into account. Addresses on an allow-list are not learned. */
  learn(
    detections: readonly { readonly level: string; readonly entities?: Readonly<Record<string, string>> }[],
  ): void {
    const nowMs = this.#now();
    for (const { level, entities } of detections) {
      const address = entities?.['source.ip'] ?? entities?.['client.ip'];
      const indicator = address === undefined ? undefined : indicatorOf(address);
      if (indicator?.kind !== 'ip' || this.#find(indicator).allowedBy !== undefined) continue;
      this.#learned.learn(indicator.value, level, nowMs);
    }
  }

  /** Unlearns an address; `false` where nothing was learned of it. */
  forget(indicator: string): boolean {
    return this.#learned.forget(known(indicator).value);
  }

  /** What was learned, to be kept over a restart. */
  learned(): LearnedScore[] {
    return this.#learned.all();
  }

  /** Takes in what {@link learned} gave before a restart; scores age from their own time on. */
  restore(scores: Iterable<LearnedScore>): void {
    for (const score of scores) this.#learned.restore(score);
  }

  /** What was asked so far, and what is held. */
  figures(): ReputationFigures {
    return { lookups: { ...this.#lookups }, learned: this.#learned.size };
  }

  /** Ends the refreshing of feeds and the asking of `remote`, and lets go of what they gave. */
  [Symbol.dispose](): void {
    this.#cache?.[Symbol.dispose]();
    this.#feeds[Symbol.dispose]();
  }

  #find(indicator: Indicator): Verdict {
    const nowMs = this.#now();
    const sources: ReputationSource[] = [];
    for (const { name, loaded, allow, expiresMs } of this.#feeds.serving) {
      if (expiresMs <= nowMs) continue;
      const note = loaded.find(indicator, nowMs);
      if (!note) continue;
      const { category, score, confidence } = note;
      if (allow) return { ...blank(indicator), allowedBy: name };
      sources.push({ name, category, score, confidence });
    }
    const score = this.#learned.score(indicator.value, nowMs);
    if (score >= 1) sources.push({ name: 'learned', category: 'detections', score, confidence: 1 });
    return verdict(indicator, sources);
  }
}

function known(text: string): Indicator {
  const indicator = typeof text === 'string' ? indicatorOf(text) : undefined;
  if (!indicator || indicator.value.includes('/'))
    throw invalidArgument('indicator', 'an address, a domain or a hash');
  return indicator;
}

const blank = ({ kind, value }: Indicator): Verdict => ({
  indicator: value,
  kind,
  score: 0,
  confidence: 0,
  sources: [],
});

/** The worst source decides: score weighed by confidence. Sources are not added up, since feeds copy each other. */
function verdict(about: Indicator | Verdict, sources: readonly ReputationSource[]): Verdict {
  const indicator = 'value' in about ? about.value : about.indicator;
  const worst = sources.reduce<ReputationSource | undefined>(
    (most, one) => (most && most.score * most.confidence >= one.score * one.confidence ? most : one),
    undefined,
  );
  const score = worst ? worst.score * worst.confidence : 0;
  return { indicator, kind: about.kind, score, confidence: worst?.confidence ?? 0, sources };
}

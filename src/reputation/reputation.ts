import { reputationCache, type ThreatCache } from '../cache/index.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';
import type { Note } from './compile.ts';
import { LoadedFeed } from './feed.ts';
import { type Indicator, type IndicatorKind, indicatorOf } from './indicator.ts';
import { type LearnedScore, LearnedScores, type LearnOptions } from './learned.ts';
import type { CsvColumns, FeedFormat } from './parse/entry.ts';
import { compileApart, readSource, type SourceOptions } from './source.ts';

/** A feed: where it is, how it is read, what it says. */
export interface FeedOptions extends SourceOptions {
  readonly name: string;
  /** Default `plain`. */
  readonly format?: FeedFormat;
  /** Columns of `csv`. Default: the first is the indicator, no header. */
  readonly csv?: CsvColumns;
  /** What it lists, e.g. `c2`. Default: the name. */
  readonly category?: string;
  /** How bad what it lists is, 0 to 100. Default 70. */
  readonly score?: number;
  /** How sure it is, 0 to 1. Default 0.8. */
  readonly confidence?: number;
  /** How long a loaded version holds, in milliseconds. Default 7 days. */
  readonly ttlMs?: number;
  /** Load again so often, in milliseconds. Default: not by itself. */
  readonly refreshMs?: number;
  /** What it lists is harmless, whatever other feeds say. Default `false`. */
  readonly allow?: boolean;
}

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
  /** Looks elsewhere, for `checkReputation`; its answers are cached by `reputationCache`. */
  readonly remote?: (indicator: Indicator) => Promise<Omit<ReputationSource, 'name'> | undefined>;
  readonly now?: () => number;
}

interface Feed {
  readonly options: FeedOptions;
  loaded: LoadedFeed;
  timer?: NodeJS.Timeout;
  failure?: WolfsecError;
}

/** How a feed stands. */
export interface FeedStatus {
  readonly name: string;
  readonly size: number;
  /** Entries of the list that are no indicator. */
  readonly invalid: number;
  readonly loadedMs: number;
  readonly expired: boolean;
  /** Why the last refresh failed; the version before it goes on serving. */
  readonly failure?: string;
}

/** Reputation of addresses, domains and file hashes: feeds, allow-lists, and what our own detections taught. */
export class Reputation implements Disposable {
  readonly #feeds = new Map<string, Feed>();
  readonly #learned: LearnedScores;
  readonly #cache: ThreatCache<Omit<ReputationSource, 'name'>> | undefined;
  readonly #now: () => number;

  constructor({ learn, remote, now = Date.now }: ReputationOptions = {}) {
    this.#learned = new LearnedScores(learn);
    this.#now = now;
    this.#cache = remote && reputationCache((text: string) => remote(indicatorOf(text) as Indicator));
  }

  /**
   * Loads a feed, or a new version of it, and puts it in place in one step: look-ups go on with the old version until
   * then. Long lists are parsed in a thread.
   *
   * @throws {WolfsecError} `WOLFSEC_FEED_INVALID` where it cannot be read or parsed: the version before stays.
   */
  async load(options: FeedOptions): Promise<FeedStatus> {
    checkFeed(options);
    const { name, format = 'plain', csv, category = name, score = 70, confidence = 0.8, refreshMs } = options;
    const text = await readSource(name, options);
    let loaded: LoadedFeed;
    try {
      const tables = await compileApart(text, {
        format,
        category,
        score,
        confidence,
        ...(csv ? { csv } : {}),
      });
      loaded = new LoadedFeed(tables, this.#now());
    } catch (error) {
      throw new WolfsecError('WOLFSEC_FEED_INVALID', `feed ${name}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    const before = this.#feeds.get(name);
    clearInterval(before?.timer);
    const feed: Feed = { options, loaded };
    if (refreshMs !== undefined) feed.timer = setInterval(() => void this.#refresh(name), refreshMs).unref();
    this.#feeds.set(name, feed);
    return this.#status(feed);
  }

  /** Takes a feed out; `false` where there is none. */
  remove(name: string): boolean {
    clearInterval(this.#feeds.get(name)?.timer);
    return this.#feeds.delete(name);
  }

  feeds(): FeedStatus[] {
    return [...this.#feeds.values()].map((feed) => this.#status(feed));
  }

  /**
   * What feeds and detections say, at once and without asking anybody.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for what is no address, domain or hash.
   */
  check(text: string): Verdict {
    const indicator = known(text);
    const nowMs = this.#now();
    const sources: ReputationSource[] = [];
    for (const [name, { options, loaded }] of this.#feeds) {
      if (this.#expired(options, loaded, nowMs)) continue;
      const note = loaded.find(indicator);
      if (!note || expiredNote(note, nowMs)) continue;
      const { category, score, confidence } = note;
      if (options.allow) return { ...blank(indicator), allowedBy: name };
      sources.push({ name, category, score, confidence });
    }
    const score = this.#learned.score(indicator.value, nowMs);
    if (score >= 1) sources.push({ name: 'learned', category: 'detections', score, confidence: 1 });
    return verdict(indicator, sources);
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
      if (indicator?.kind !== 'ip' || this.check(indicator.value).allowedBy !== undefined) continue;
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

  restore(scores: Iterable<LearnedScore>): void {
    for (const score of scores) this.#learned.restore(score);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#feeds.values()) clearInterval(timer);
    this.#feeds.clear();
  }

  async #refresh(name: string): Promise<void> {
    const feed = this.#feeds.get(name);
    if (!feed) return;
    try {
      await this.load(feed.options);
    } catch (error) {
      feed.failure = error as WolfsecError;
    }
  }

  #expired({ ttlMs = 7 * 86_400_000 }: FeedOptions, { loadedMs }: LoadedFeed, nowMs: number): boolean {
    return loadedMs + ttlMs <= nowMs;
  }

  #status({ options, loaded, failure }: Feed): FeedStatus {
    const { size, invalid, loadedMs } = loaded;
    return {
      name: options.name,
      size,
      invalid,
      loadedMs,
      expired: this.#expired(options, loaded, this.#now()),
      ...(failure ? { failure: failure.message } : {}),
    };
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

const expiredNote = ({ expiresMs }: Note, nowMs: number) => expiresMs !== undefined && expiresMs <= nowMs;

function checkFeed({ name, refreshMs, text }: FeedOptions): void {
  if (typeof name !== 'string' || name === '' || name === 'learned' || name === 'remote') {
    throw invalidArgument('name', 'the name of the feed, and neither "learned" nor "remote"');
  }
  if (refreshMs !== undefined && !(refreshMs >= 1_000 && text === undefined)) {
    throw invalidArgument('refreshMs', 'at least 1,000, for a path or a url');
  }
}

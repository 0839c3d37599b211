import { invalidArgument, WolfsecError } from '../errors.ts';
import { LoadedFeed } from './feed.ts';
import type { CsvColumns, FeedFormat } from './parse/entry.ts';
import { waitMs } from './schedule.ts';
import { checkSource, compileApart, readSource, type SourceOptions } from './source.ts';

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
  /** Load again so often, give or take a tenth, in milliseconds. Default: not by itself. */
  readonly refreshMs?: number;
  /**
   * With `refreshMs`: the wait after a load that failed, in milliseconds; doubles with each that fails after it, with
   * jitter, up to `refreshMs`. Default 5,000.
   */
  readonly retryMs?: number;
  /** What it lists is harmless, whatever other feeds say. Default `false`. */
  readonly allow?: boolean;
}

/** How a feed stands. */
export interface FeedStatus {
  readonly name: string;
  /** Entries in force; 0 where no load has succeeded yet. */
  readonly size: number;
  /** Entries of the list that are no indicator. */
  readonly invalid: number;
  /** When the version in force was loaded, in milliseconds since the epoch; 0 where there is none. */
  readonly loadedMs: number;
  readonly expired: boolean;
  /** Loads that failed since this feed was named first. */
  readonly failures: number;
  /** Why the last load failed; the version before it goes on serving. */
  readonly failure?: string;
  /** When it is loaded next, where it is by itself. */
  readonly nextLoadMs?: number;
}

interface Feed {
  options: FeedOptions;
  loaded?: LoadedFeed;
  failures: number;
  /** Failed loads since the last that succeeded. */
  failedInARow: number;
  failure?: string;
  timer?: NodeJS.Timeout;
  nextLoadMs?: number;
}

/** What became of a feed while a version of it was read. */
interface Load {
  /** A version that was asked for later is in place. */
  overtaken: boolean;
  removed: boolean;
}

/** A feed's version in force, as look-ups read it. */
export interface ServingFeed {
  readonly name: string;
  readonly loaded: LoadedFeed;
  readonly allow: boolean;
  readonly expiresMs: number;
}

/** Keeps feeds loaded: a version is put in place in one step, and one that fails leaves the one before. */
export class Feeds implements Disposable {
  readonly #feeds = new Map<string, Feed>();
  /** Loads under way by the feed's name, in the order in which they were asked for. */
  readonly #loads = new Map<string, Set<Load>>();
  readonly #now: () => number;
  #serving: readonly ServingFeed[] = [];
  #disposed = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new list whenever a version comes or goes. */
  get serving(): readonly ServingFeed[] {
    return this.#serving;
  }

  async load(options: FeedOptions): Promise<FeedStatus> {
    checkFeed(options);
    const { name } = options;
    const load = { overtaken: false, removed: false };
    const loads = this.#loads.get(name) ?? new Set();
    this.#loads.set(name, loads.add(load));
    let loaded: LoadedFeed;
    try {
      loaded = await this.#read(options);
      if (load.removed) throw new WolfsecError('WOLFSEC_ABORTED', `feed ${name} was taken out as it loaded`);
      for (const other of loads) {
        if (other === load) break;
        other.overtaken = true;
      }
    } catch (error) {
      if (!load.overtaken && !load.removed) this.#failed(options, error as WolfsecError);
      throw error;
    } finally {
      loads.delete(load);
      if (loads.size === 0 && this.#loads.get(name) === loads) this.#loads.delete(name);
    }
    if (this.#disposed) throw new WolfsecError('WOLFSEC_DISPOSED', 'the reputation was disposed of');
    if (load.overtaken) return this.#status(this.#feeds.get(name) as Feed);
    const before = this.#feeds.get(name);
    clearTimeout(before?.timer);
    const feed: Feed = { options, loaded, failures: before?.failures ?? 0, failedInARow: 0 };
    this.#feeds.set(name, feed);
    this.#serve();
    this.#plan(feed);
    return this.#status(feed);
  }

  remove(name: string): boolean {
    clearTimeout(this.#feeds.get(name)?.timer);
    const loads = this.#loads.get(name);
    for (const load of loads ?? []) load.removed = true;
    this.#loads.delete(name);
    const gone = this.#feeds.delete(name);
    this.#serve();
    return gone || loads !== undefined;
  }

  statuses(): FeedStatus[] {
    return [...this.#feeds.values()].map((feed) => this.#status(feed));
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const { timer } of this.#feeds.values()) clearTimeout(timer);
    this.#feeds.clear();
    this.#serve();
  }

  async #read(options: FeedOptions): Promise<LoadedFeed> {
    const { name, format = 'plain', csv, category = name, score = 70, confidence = 0.8 } = options;
    const text = await readSource(name, options);
    try {
      const how = { format, category, score, confidence, nowMs: this.#now(), ...(csv ? { csv } : {}) };
      return new LoadedFeed(await compileApart(text, how), this.#now());
    } catch (error) {
      throw new WolfsecError('WOLFSEC_FEED_INVALID', `feed ${name}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  #serve(): void {
    this.#serving = [...this.#feeds.values()].flatMap(({ options, loaded }) =>
      loaded
        ? {
            name: options.name,
            loaded,
            allow: options.allow === true,
            expiresMs: expiresMs(options, loaded),
          }
        : [],
    );
  }

  /** A load that failed is noted; a feed that is loaded by itself and was not there yet is tried again from now on. */
  #failed(options: FeedOptions, { message }: WolfsecError): void {
    let feed = this.#feeds.get(options.name);
    if (!feed) {
      if (options.refreshMs === undefined || this.#disposed) return;
      feed = { options, failures: 0, failedInARow: 0 };
      this.#feeds.set(options.name, feed);
    } else if (!feed.loaded) feed.options = options;
    feed.failures++;
    feed.failedInARow++;
    feed.failure = message;
    this.#plan(feed);
  }

  #plan(feed: Feed): void {
    const { name, refreshMs, retryMs = 5_000 } = feed.options;
    clearTimeout(feed.timer);
    if (refreshMs === undefined) return;
    const delayMs = waitMs(feed.failedInARow, refreshMs, retryMs);
    feed.nextLoadMs = this.#now() + delayMs;
    feed.timer = setTimeout(() => void this.#again(name, feed), delayMs).unref();
  }

  async #again(name: string, feed: Feed): Promise<void> {
    let loaded: LoadedFeed;
    try {
      loaded = await this.#read(feed.options);
    } catch (error) {
      // Taken out or replaced meanwhile: its failure is nobody's.
      if (this.#feeds.get(name) === feed) this.#failed(feed.options, error as WolfsecError);
      return;
    }
    if (this.#feeds.get(name) !== feed) return;
    feed.loaded = loaded;
    feed.failedInARow = 0;
    delete feed.failure;
    this.#serve();
    this.#plan(feed);
  }

  #status({ options, loaded, failures, failure, nextLoadMs }: Feed): FeedStatus {
    return {
      name: options.name,
      size: loaded?.size ?? 0,
      invalid: loaded?.invalid ?? 0,
      loadedMs: loaded?.loadedMs ?? 0,
      expired: loaded !== undefined && expiresMs(options, loaded) <= this.#now(),
      failures,
      ...(failure === undefined ? {} : { failure }),
      ...(nextLoadMs === undefined ? {} : { nextLoadMs }),
    };
  }
}

const expiresMs = ({ ttlMs = 7 * 86_400_000 }: FeedOptions, { loadedMs }: LoadedFeed) => loadedMs + ttlMs;

/** A `setTimeout` holds 2^31 - 1 ms at most. */
const longestMs = 2 ** 31 / 1.1 - 1;

function checkFeed(options: FeedOptions): void {
  const { name, refreshMs, retryMs, text } = options;
  if (typeof name !== 'string' || name === '' || name === 'learned' || name === 'remote') {
    throw invalidArgument('name', 'the name of the feed, and neither "learned" nor "remote"');
  }
  if (refreshMs !== undefined && !(refreshMs >= 1_000 && refreshMs <= longestMs && text === undefined)) {
    throw invalidArgument('refreshMs', 'from 1,000 to 22 days, for a path or a url');
  }
  if (retryMs !== undefined && !(retryMs >= 10 && retryMs <= longestMs)) {
    throw invalidArgument('retryMs', 'from 10 to 22 days');
  }
  for (const [which, most] of [
    ['score', 100],
    ['confidence', 1],
  ] as const) {
    const value = options[which];
    if (value !== undefined && !(value >= 0 && value <= most))
      throw invalidArgument(which, `from 0 to ${most}`);
  }
  for (const which of ['ttlMs', 'maxBytes', 'timeoutMs'] as const) {
    const value = options[which];
    if (value !== undefined && !(value > 0)) throw invalidArgument(which, 'above 0');
  }
  const delimiter = options.csv?.delimiter;
  if (delimiter !== undefined && !/^[^"\r\n]$/.test(delimiter)) {
    throw invalidArgument('csv.delimiter', 'one character, neither a quote nor the end of a line');
  }
  checkSource(name, options);
}

import { LRUCache } from 'lru-cache';
import { invalidArgument, WolfsecError } from '../errors.ts';
import type { Registry } from '../metrics/index.ts';
import { CacheMetrics } from './cache-metrics.ts';

/** Finds what a key stands for; `undefined` says that nothing is known, which is cached too. */
export type Lookup<V> = (key: string, signal: AbortSignal) => Promise<V | undefined> | V | undefined;

/** Settings of {@link ThreatCache}. */
export interface ThreatCacheOptions<V> {
  /** The label `cache` of its metrics. Default: `threat`. */
  readonly name?: string;
  /** Entries at most; the least recently used makes room. Default: 10 000. */
  readonly maxEntries?: number;
  /** Bytes at most, as {@link sizeOf} tells them. Default: no bound. */
  readonly maxBytes?: number;
  /** Bytes of an entry, at least 1. Needed with {@link maxBytes}. */
  readonly sizeOf?: (value: V | undefined, key: string) => number;
  /** How long a value is fresh. Default: 5 minutes. */
  readonly ttlMs?: number;
  /** How long it is remembered that nothing is known of a key. Default: 1 minute. */
  readonly negativeTtlMs?: number;
  /** How long beyond that a value still serves, while one look-up renews it or where that fails. Default: 0. */
  readonly staleMs?: number;
  /** Look-ups in flight at most, for different keys. Default: 1 000. */
  readonly maxInFlight?: number;
  /** How long a look-up may take before it is given up. Default: no bound. */
  readonly timeoutMs?: number;
  /** What {@link ThreatCache.lookup} asks on a miss. */
  readonly lookup?: Lookup<V>;
  /** Where its metrics go. Default: the default registry. */
  readonly registry?: Registry;
  /** The clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/** A `setTimeout` holds 2^31 - 1 ms at most. */
const longestMs = 2 ** 31 - 1;

interface Load<V> {
  result: Promise<V | undefined>;
}

interface Entry<V> {
  readonly value: V | undefined;
  readonly freshUntilMs: number;
}

/**
 * A least-recently-used cache with time to live, negative entries, and one look-up in flight a key.
 */
export class ThreatCache<V extends {}> implements Disposable {
  readonly #entries: LRUCache<string, Entry<V>>;
  /** The look-up whose answer is kept for a key; one that was overtaken runs on for those who wait. */
  readonly #inFlight = new Map<string, Load<V>>();
  /** What ends each look-up under way. */
  readonly #running = new Set<AbortController>();
  readonly #options: Required<
    Pick<ThreatCacheOptions<V>, 'ttlMs' | 'negativeTtlMs' | 'staleMs' | 'maxInFlight' | 'timeoutMs' | 'now'>
  >;
  readonly #find: Lookup<V> | undefined;
  readonly #metrics: CacheMetrics;
  readonly #closed = new AbortController();

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a bound or span that is not above zero. */
  constructor(options: ThreatCacheOptions<V> = {}) {
    const {
      maxEntries = 10_000,
      ttlMs = 300_000,
      negativeTtlMs = 60_000,
      staleMs = 0,
      maxInFlight = 1000,
      timeoutMs = Infinity,
    } = options;
    const now = options.now ?? (() => performance.now());
    if (!Number.isInteger(maxEntries) || maxEntries < 1)
      throw invalidArgument('maxEntries', 'an integer above 0');
    for (const [name, value] of Object.entries({ ttlMs, negativeTtlMs, maxInFlight, timeoutMs })) {
      if (!(value > 0)) throw invalidArgument(name, 'above 0');
    }
    if (!(staleMs >= 0)) throw invalidArgument('staleMs', '0 or more');
    const { maxBytes, sizeOf } = options;
    if (maxBytes !== undefined && !(maxBytes >= 1)) throw invalidArgument('maxBytes', 'at least 1');
    if (maxBytes !== undefined && sizeOf === undefined)
      throw invalidArgument('sizeOf', 'given with maxBytes');
    this.#options = { ttlMs, negativeTtlMs, staleMs, maxInFlight, timeoutMs, now };
    this.#find = options.lookup;
    this.#metrics = new CacheMetrics(options.name ?? 'threat', options.registry);
    this.#entries = new LRUCache<string, Entry<V>>({
      max: maxEntries,
      ttlResolution: 0,
      perf: { now },
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.#metrics.evictions.inc();
      },
      ...(maxBytes === undefined || maxBytes === Infinity || sizeOf === undefined
        ? {}
        : {
            maxSize: Math.floor(maxBytes),
            sizeCalculation: (entry: Entry<V>, key: string) => bytesOf(sizeOf(entry.value, key)),
          }),
    });
  }

  /** The fresh value of a key; `undefined` where none is known. Never looks up. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.freshUntilMs <= this.#options.now()) {
      this.#metrics.misses.inc();
      return undefined;
    }
    (entry.value === undefined ? this.#metrics.negativeHits : this.#metrics.hits).inc();
    return entry.value;
  }

  /** Keeps a value, or with `undefined` that nothing is known of the key. A look-up under way no longer replaces it. */
  put(key: string, value: V | undefined, ttlMs?: number): void {
    const { now, staleMs, negativeTtlMs } = this.#options;
    const freshMs = ttlMs ?? (value === undefined ? negativeTtlMs : this.#options.ttlMs);
    if (!(freshMs > 0)) return;
    this.#inFlight.delete(key);
    this.#entries.set(key, { value, freshUntilMs: now() + freshMs }, { ttl: freshMs + staleMs });
    this.#metrics.entries.set(this.#entries.size);
  }

  /**
   * The value of a key, looked up on a miss. However many ask at once, one look-up runs a key; a
   * caller's `signal` ends its own waiting, not the look-up. A stale value is given at once, and renewed behind it.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` where the cache has no `lookup`; `WOLFSEC_LIMIT_EXCEEDED`
   *   above `maxInFlight`; `WOLFSEC_ABORTED` by the signal and after `timeoutMs`; `WOLFSEC_DISPOSED` after the cache was
   *   disposed of; and whatever the look-up throws.
   */
  async lookup(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<V | undefined> {
    const find = this.#find;
    if (find === undefined) throw invalidArgument('lookup', 'given to the constructor');
    const { now, staleMs, maxInFlight } = this.#options;
    const entry = this.#entries.get(key);
    const nowMs = now();
    if (entry === undefined || entry.freshUntilMs + staleMs <= nowMs) {
      this.#metrics.misses.inc();
      return abortable(this.#single(key, find), options.signal);
    }
    if (entry.freshUntilMs > nowMs) {
      (entry.value === undefined ? this.#metrics.negativeHits : this.#metrics.hits).inc();
      return entry.value;
    }
    this.#metrics.staleHits.inc();
    // The stale value serves; a failure behind it is counted by #single and tried again at the next read.
    if (this.#running.size < maxInFlight) this.#single(key, find).catch(() => {});
    return entry.value;
  }

  /** Forgets an entry; tells whether there was one. What a look-up under way finds is not kept. */
  delete(key: string): boolean {
    this.#inFlight.delete(key);
    const had = this.#entries.delete(key);
    this.#metrics.entries.set(this.#entries.size);
    return had;
  }

  /** Forgets all entries, found and not found. Look-ups under way go on for those who wait; what they find is not kept. */
  clear(): void {
    this.#inFlight.clear();
    this.#entries.clear();
    this.#metrics.entries.set(0);
  }

  /** Entries held, expired ones that nobody has read since among them. */
  get size(): number {
    return this.#entries.size;
  }

  /** Hits over reads, 0 to 1; NaN before the first read. Caches of one name and registry are taken together. */
  get hitRate(): number {
    return this.#metrics.hitRate;
  }

  /** Empties the cache and ends the look-ups in flight: their signal aborts, and whoever waits is told. */
  [Symbol.dispose](): void {
    const reason = new WolfsecError('WOLFSEC_DISPOSED', 'the cache was disposed');
    this.#closed.abort(reason);
    for (const ends of this.#running) ends.abort(reason);
    this.clear();
  }

  #single(key: string, find: Lookup<V>): Promise<V | undefined> {
    const running = this.#inFlight.get(key);
    if (running) return running.result;
    if (this.#closed.signal.aborted) return Promise.reject(this.#closed.signal.reason);
    if (this.#running.size >= this.#options.maxInFlight) {
      return Promise.reject(
        new WolfsecError(
          'WOLFSEC_LIMIT_EXCEEDED',
          `${this.#options.maxInFlight} look-ups are in flight already`,
        ),
      );
    }
    const load = {} as Load<V>;
    this.#inFlight.set(key, load);
    load.result = this.#run(key, find, load);
    return load.result;
  }

  async #run(key: string, find: Lookup<V>, load: Load<V>): Promise<V | undefined> {
    const { timeoutMs } = this.#options;
    const ends = new AbortController();
    this.#running.add(ends);
    const late = () =>
      ends.abort(new WolfsecError('WOLFSEC_ABORTED', `the look-up took longer than ${timeoutMs} ms`));
    const timer = timeoutMs < Infinity ? setTimeout(late, Math.min(timeoutMs, longestMs)) : undefined;
    const span = this.#metrics.lookupSeconds.timer();
    // A turn later, so that #single has noted the look-up's result before a synchronous one can ask for it.
    await null;
    try {
      const value = await endedBy(ends.signal, () => find(key, ends.signal));
      if (this.#inFlight.get(key) === load && !this.#closed.signal.aborted) this.put(key, value);
      return value;
    } catch (error) {
      this.#metrics.failures.inc();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#running.delete(ends);
      if (this.#inFlight.get(key) === load) this.#inFlight.delete(key);
      span.stop();
    }
  }
}

/** Whole bytes, as the entries are counted in. */
function bytesOf(size: number): number {
  if (!Number.isFinite(size)) throw invalidArgument('sizeOf', `giving a number of bytes, not ${size}`);
  return Math.max(1, Math.ceil(size));
}

/** The work's result, or the reason of its signal: it may heed it late or never. */
function endedBy<T>(signal: AbortSignal, work: () => Promise<T> | T): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    (async () => work())().then(resolve, reject);
  });
}

/** Ends the waiting, not the work. */
function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () =>
      reject(new WolfsecError('WOLFSEC_ABORTED', 'the look-up was aborted', { cause: signal.reason }));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

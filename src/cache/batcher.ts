import { invalidArgument, WolfsecError } from '../errors.ts';
import type { Registry } from '../metrics/index.ts';
import { BatcherMetrics } from './batcher-metrics.ts';

/** Why a batch was closed. */
export type FlushCause = 'items' | 'bytes' | 'delay' | 'flush';

/** Settings of {@link Batcher}. */
export interface BatcherOptions<T> {
  /** Takes a batch; the next waits for it unless `concurrency` is above 1. */
  readonly flush: (items: T[], signal: AbortSignal) => Promise<void> | void;
  /** Items a batch at most. Default: 1 000. */
  readonly maxItems?: number;
  /** Bytes a batch at most, as {@link sizeOf} tells them; a larger item goes alone. Default: no bound. */
  readonly maxBytes?: number;
  /** Bytes of an item, for `maxBytes`. Default: none counts. */
  readonly sizeOf?: (item: T) => number;
  /** How long the first item of a batch waits for company. Default: 100 ms. */
  readonly maxDelayMs?: number;
  /** Items held, in batches in flight too, before {@link Batcher.add} waits. Default: 10 × `maxItems`. */
  readonly maxPending?: number;
  /** Batches in flight at most. Default: 1, which keeps the order. */
  readonly concurrency?: number;
  /**
   * Takes a batch whose flush failed: to keep, retry or count it. Without it the error waits for
   * the next {@link Batcher.flush} or {@link Batcher.close}, which rejects with it.
   */
  readonly onFailure?: (items: T[], error: unknown) => void;
  /** The label `batcher` of its metrics. Default: `default`. */
  readonly name?: string;
  readonly registry?: Registry;
}

interface Batch<T> {
  readonly items: T[];
  readonly cause: FlushCause;
  /** Items that were taken before its first. */
  readonly first: number;
}

/** A `setTimeout` holds 2^31 - 1 ms at most. */
const longestMs = 2 ** 31 - 1;

/** Gathers items into batches, bounded in number, bytes and time, and holds back who adds too fast. */
export class Batcher<T> implements AsyncDisposable {
  readonly #options: BatcherOptions<T> & { maxItems: number; maxBytes: number; maxDelayMs: number };
  readonly #maxPending: number;
  readonly #concurrency: number;
  readonly #metrics: BatcherMetrics;
  readonly #stop = new AbortController();
  readonly #ready: Batch<T>[] = [];
  /** Batches that are closed and not through. */
  readonly #unfinished = new Set<Batch<T>>();
  readonly #waiting: { item: T; bytes: number; accept: () => void; refuse: (error: unknown) => void }[] = [];
  readonly #idle: (() => void)[] = [];
  #open: T[] = [];
  #openBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #pending = 0;
  /** Items that were ever put into a batch. */
  #taken = 0;
  #running = 0;
  #closing = false;
  #failure: { error: unknown } | undefined;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a bound below 1, and for bytes without `sizeOf`. */
  constructor(options: BatcherOptions<T>) {
    const { maxItems = 1000, maxBytes = Infinity, maxDelayMs = 100, concurrency = 1 } = options;
    const maxPending = options.maxPending ?? maxItems * 10;
    for (const [name, value] of Object.entries({ maxItems, maxBytes, concurrency, maxPending })) {
      if (!(value >= 1)) throw invalidArgument(name, 'at least 1');
    }
    if (!(maxDelayMs >= 0)) throw invalidArgument('maxDelayMs', '0 or more');
    if (maxBytes !== Infinity && !options.sizeOf) throw invalidArgument('sizeOf', 'given with maxBytes');
    this.#options = { ...options, maxItems, maxBytes, maxDelayMs };
    this.#maxPending = maxPending;
    this.#concurrency = concurrency;
    this.#metrics = new BatcherMetrics(options.name ?? 'default', options.registry);
  }

  /** Items held, in the open batch and in those in flight. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Adds an item; resolves once there is room for it.
   *
   * @throws {WolfsecError} `WOLFSEC_DISPOSED` after {@link close}; `WOLFSEC_INVALID_ARGUMENT` for a size below 0; and
   *   whatever `sizeOf` throws.
   */
  async add(item: T): Promise<void> {
    if (this.offer(item)) return;
    if (this.#closing) throw new WolfsecError('WOLFSEC_DISPOSED', 'the batcher is closed');
    // Asked now: there is nobody to tell once its turn has come.
    const bytes = this.#bytesOf(item);
    this.#metrics.waits.inc();
    await new Promise<void>((accept, refuse) => this.#waiting.push({ item, bytes, accept, refuse }));
  }

  /** Adds an item if there is room for it now, and tells whether. */
  offer(item: T): boolean {
    if (this.#closing || this.#pending >= this.#maxPending || this.#waiting.length > 0) return false;
    this.#take(item, this.#bytesOf(item));
    return true;
  }

  /** Flushes all that was added so far; resolves when it is through, whatever is added meanwhile. */
  async flush(): Promise<void> {
    // Items go into batches in the order in which they were added.
    const end = this.#taken + this.#waiting.length;
    while (this.#holdsBefore(end)) {
      if (this.#taken - this.#open.length < end) this.#seal('flush');
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
  }

  /** Refuses new items and flushes the rest. `signal` gives up: flushes in flight see it abort. */
  async close(signal?: AbortSignal): Promise<void> {
    this.#closing = true;
    const giveUp = () => this.#abandon(signal?.reason);
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await this.flush();
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** As {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #bytesOf(item: T): number {
    const bytes = this.#options.sizeOf?.(item) ?? 0;
    if (!(bytes >= 0)) throw invalidArgument('sizeOf', `giving 0 or more, not ${bytes}`);
    return bytes;
  }

  /** Whether any of the first `end` items is not through. */
  #holdsBefore(end: number): boolean {
    if (this.#taken < end && this.#waiting.length > 0) return true;
    if (this.#open.length > 0 && this.#taken - this.#open.length < end) return true;
    for (const { first } of this.#unfinished) if (first < end) return true;
    return false;
  }

  #take(item: T, bytes: number): void {
    const { maxItems, maxBytes, maxDelayMs } = this.#options;
    if (this.#open.length > 0 && this.#openBytes + bytes > maxBytes) this.#seal('bytes');
    this.#open.push(item);
    this.#openBytes += bytes;
    this.#pending++;
    this.#taken++;
    this.#metrics.pending.inc();
    if (this.#open.length >= maxItems) this.#seal('items');
    else if (this.#openBytes >= maxBytes) this.#seal('bytes');
    else if (maxDelayMs < Infinity)
      this.#timer ??= setTimeout(() => this.#seal('delay'), Math.min(maxDelayMs, longestMs));
  }

  #seal(cause: FlushCause): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#open.length > 0) {
      const batch = { items: this.#open, cause, first: this.#taken - this.#open.length };
      this.#unfinished.add(batch);
      this.#ready.push(batch);
    }
    this.#open = [];
    this.#openBytes = 0;
    this.#next();
  }

  #next(): void {
    while (this.#running < this.#concurrency) {
      const batch = this.#ready.shift();
      if (batch === undefined) return;
      this.#running++;
      void this.#run(batch);
    }
  }

  async #run(batch: Batch<T>): Promise<void> {
    const { items, cause } = batch;
    this.#metrics.flushed(cause, items.length);
    const span = this.#metrics.seconds.timer();
    const count = items.length;
    try {
      await this.#options.flush(items, this.#stop.signal);
    } catch (error) {
      this.#metrics.failures.inc();
      this.#failed(items, error);
    }
    span.stop();
    this.#running--;
    this.#release(batch, count);
    this.#next();
  }

  #failed(items: T[], error: unknown): void {
    if (!this.#options.onFailure) {
      this.#failure ??= { error };
      return;
    }
    try {
      this.#options.onFailure(items, error);
    } catch (thrown) {
      this.#failure ??= { error: thrown };
    }
  }

  #release(batch: Batch<T>, count: number): void {
    this.#unfinished.delete(batch);
    this.#pending -= count;
    this.#metrics.pending.dec(count);
    while (this.#waiting.length > 0 && this.#pending < this.#maxPending) {
      const { item, bytes, accept } = this.#waiting.shift()!;
      this.#take(item, bytes);
      accept();
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #abandon(reason: unknown): void {
    const error = new WolfsecError('WOLFSEC_ABORTED', 'closing was given up', { cause: reason });
    this.#stop.abort(error);
    for (const { refuse } of this.#waiting.splice(0)) refuse(error);
    for (const batch of this.#ready.splice(0)) {
      const { length } = batch.items;
      this.#failed(batch.items, error);
      this.#release(batch, length);
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../backoff.ts';
import { WolfsecError } from '../errors.ts';

/** Settings of {@link WriteBehind}. */
export interface WriteBehindOptions<T> {
  /** Writes a batch; must be idempotent, since a batch whose outcome is unknown is written again. */
  readonly write: (batch: readonly T[]) => Promise<unknown>;
  /** Items in one write at most. Default 1,000. */
  readonly batchSize?: number;
  /** Items that may wait. Beyond it `add` waits for room. Default 50,000. */
  readonly capacity?: number;
  /** First wait after a failed write; doubles up to `maxRetryMs`. Default 100. */
  readonly retryMs?: number;
  /** Default 5,000. */
  readonly maxRetryMs?: number;
  /** Told of each failed attempt. */
  readonly onFailure?: (error: unknown, attempt: number) => void;
  /** Told of an item that the store refuses for what it holds; it is left out, those around it are stored. */
  readonly onRefused?: (item: T, error: unknown) => void;
}

/** How a {@link WriteBehind} stands. */
export interface WriteBehindFigures {
  readonly waiting: number;
  readonly capacity: number;
  readonly written: number;
  readonly failedAttempts: number;
  /** Items left out because the store refuses what they hold. */
  readonly refused: number;
  /** Callers held back because the buffer is full. */
  readonly blocked: number;
}

/** Errors that say nothing about the items: a later attempt may not see them, or a later process. */
const passing = new Set([
  'WOLFSEC_STORE_UNAVAILABLE',
  'WOLFSEC_STORE_FULL',
  'WOLFSEC_STORE_CORRUPT',
  'WOLFSEC_LIMIT_EXCEEDED',
  'WOLFSEC_DISPOSED',
]);

/**
 * A bounded buffer before the store: items are written in the order they came, in batches, and kept while the
 * database is away. A full buffer holds its callers back instead of dropping anything.
 */
export class WriteBehind<T> {
  readonly #options: Required<Omit<WriteBehindOptions<T>, 'onFailure' | 'onRefused'>> &
    Pick<WriteBehindOptions<T>, 'onFailure' | 'onRefused'>;
  readonly #closing = new AbortController();
  #items: T[] = [];
  #room: (() => void)[] = [];
  #flushed: {
    readonly upTo: number;
    readonly resolve: () => void;
    readonly reject: (error: WolfsecError) => void;
  }[] = [];
  #added = 0;
  #written = 0;
  #failedAttempts = 0;
  #refused = 0;
  #running = false;

  /**
   * Default: 50,000 items, written 1,000 at a time; after a failure tried again from 100 ms on, doubling to 5
   * s.
   */
  constructor(options: WriteBehindOptions<T>) {
    this.#options = { batchSize: 1_000, capacity: 50_000, retryMs: 100, maxRetryMs: 5_000, ...options };
  }

  /** Takes the items in; resolves once there is room for them, which is at once as a rule. */
  async add(items: readonly T[]): Promise<void> {
    for (let at = 0; at < items.length; ) {
      if (this.#closing.signal.aborted) throw closed();
      const room = this.#options.capacity - this.#items.length;
      if (room <= 0) {
        await new Promise<void>((resolve) => this.#room.push(resolve));
        continue;
      }
      const part = items.slice(at, at + room);
      for (const item of part) this.#items.push(item);
      this.#added += part.length;
      at += part.length;
      if (!this.#running) void this.#drain();
    }
  }

  /** Resolves when everything added so far is in the store; rejects where the buffer is closed before that. */
  flush(): Promise<void> {
    if (this.#written >= this.#added) return Promise.resolve();
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    return new Promise((resolve, reject) => this.#flushed.push({ upTo: this.#added, resolve, reject }));
  }

  /** Waits up to `graceMs` for the rest to be written; what is left then is told in the error. */
  async close(graceMs = 10_000): Promise<void> {
    const timeout = AbortSignal.timeout(graceMs);
    await Promise.race([
      this.flush().catch(() => {}),
      new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve(), { once: true })),
    ]);
    const left = this.#added - this.#written;
    this.#closing.abort();
    for (const resolve of this.#room.splice(0)) resolve();
    for (const { reject } of this.#flushed.splice(0)) reject(closed());
    if (left === 0) return;
    throw new WolfsecError(
      'WOLFSEC_STORE_UNAVAILABLE',
      `${left} items were not written within ${graceMs} ms`,
    );
  }

  /** What waits now, and what was written, failed and refused since the start. */
  figures(): WriteBehindFigures {
    return {
      waiting: this.#items.length,
      capacity: this.#options.capacity,
      written: this.#written,
      failedAttempts: this.#failedAttempts,
      refused: this.#refused,
      blocked: this.#room.length,
    };
  }

  async #drain(): Promise<void> {
    this.#running = true;
    while (this.#items.length > 0 && !this.#closing.signal.aborted) {
      const batch = this.#items.slice(0, this.#options.batchSize);
      if (!(await this.#attempt(batch))) break;
      this.#items.splice(0, batch.length);
      this.#written += batch.length;
      for (const resolve of this.#room.splice(0)) resolve();
      while (this.#flushed[0] && this.#flushed[0].upTo <= this.#written) this.#flushed.shift()?.resolve();
    }
    this.#running = false;
  }

  /** Writes until it succeeds; `false` where the buffer was closed meanwhile. */
  async #attempt(batch: readonly T[]): Promise<boolean> {
    const { write, retryMs, maxRetryMs, onFailure } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        await write(batch);
        return true;
      } catch (error) {
        this.#failedAttempts++;
        onFailure?.(error, attempt);
        if (!passing.has((error as { code?: string }).code ?? '')) return this.#withoutPoison(batch, error);
        const waitMs = backoffMs(attempt, retryMs, maxRetryMs);
        const { signal } = this.#closing;
        const slept = await sleep(waitMs, true, { signal, ref: false }).catch(() => false);
        if (!slept) return false;
      }
    }
  }

  /** The store refuses the batch for what it holds: halves find the item, which is told of; the others are stored. */
  async #withoutPoison(batch: readonly T[], error: unknown): Promise<boolean> {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      this.#refused++;
      this.#options.onRefused?.(only, error);
      return true;
    }
    const middle = batch.length >> 1;
    return (await this.#attempt(batch.slice(0, middle))) && (await this.#attempt(batch.slice(middle)));
  }
}

const closed = () => new WolfsecError('WOLFSEC_DISPOSED', 'the write buffer is closed');

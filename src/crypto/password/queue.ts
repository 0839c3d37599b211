import { availableParallelism } from 'node:os';
import { WolfsecError } from '../../errors.ts';
import { checkInteger } from '../input.ts';

/** How much password hashing may be under way. */
export interface PasswordQueueOptions {
  /**
   * Hashes that run at once, each on a thread of its own. Default: one less than the processors, at
   * least 1 and at most 3, since Node's own pool of 4 threads serves the native back end.
   */
  readonly concurrency?: number;
  /** Hashes that wait at most; beyond, `WOLFSEC_QUEUE_FULL` is thrown. Default 1024. */
  readonly waitingMax?: number;
}

interface Waiting {
  start(): void;
}

/**
 * A bounded queue for work on other threads. An aborted entry leaves at once; where its work already
 * runs, the promise rejects at once, too, and the thread counts as busy until it is done.
 */
export class PasswordQueue {
  readonly #concurrency: number;
  readonly #waitingMax: number;
  // A set keeps the order of arrival, and gives up any entry in constant time.
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #started = 0;
  #waitMs = 0;
  #rejected = 0;

  constructor(options: PasswordQueueOptions = {}) {
    const threads = Math.min(3, Math.max(1, availableParallelism() - 1));
    this.#concurrency = checkInteger(options.concurrency ?? threads, 'concurrency', 1, 64);
    this.#waitingMax = checkInteger(options.waitingMax ?? 1024, 'waitingMax', 0, 1_000_000);
  }

  /** Hashes that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Hashes that run. */
  get running(): number {
    return this.#running;
  }

  /** Hashes that may run at once. */
  get limit(): number {
    return this.#concurrency;
  }

  /** Hashes that were begun so far. */
  get started(): number {
    return this.#started;
  }

  /** Time that those waited before, together, in milliseconds. */
  get waitMs(): number {
    return this.#waitMs;
  }

  /** Hashes turned away so far with `WOLFSEC_QUEUE_FULL`. */
  get rejected(): number {
    return this.#rejected;
  }

  /**
   * Runs `work` when a place is free, in the order of the calls, and gives what it gives.
   *
   * @throws {WolfsecError} `WOLFSEC_QUEUE_FULL` where `waitingMax` calls wait already; `WOLFSEC_ABORTED`
   * where `signal` is aborted before `work` began.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(aborted(signal));
    if (this.#running >= this.#concurrency && this.#waiting.size >= this.#waitingMax) {
      this.#rejected++;
      return Promise.reject(
        new WolfsecError(
          'WOLFSEC_QUEUE_FULL',
          `${this.#waiting.size} password hashes wait already: slow down the callers, or raise waitingMax`,
        ),
      );
    }
    return new Promise<T>((resolve, reject) => {
      const cameMs = performance.now();
      const entry: Waiting = {
        start: () => {
          this.#running++;
          this.#started++;
          this.#waitMs += performance.now() - cameMs;
          // Work that throws before it gives a promise must free its place as well.
          new Promise<T>((begun) => begun(work()))
            .finally(() => {
              signal?.removeEventListener('abort', onAbort);
              this.#running--;
              this.#next();
            })
            .then(resolve, reject);
        },
      };
      const onAbort = () => {
        this.#waiting.delete(entry);
        reject(aborted(signal as AbortSignal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(entry);
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < this.#concurrency) {
      const [entry] = this.#waiting;
      if (!entry) return;
      this.#waiting.delete(entry);
      entry.start();
    }
  }
}

function aborted(signal: AbortSignal): WolfsecError {
  return new WolfsecError('WOLFSEC_ABORTED', 'the password hash was given up by its signal', {
    cause: signal.reason,
  });
}

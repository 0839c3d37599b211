import { WolfsecError } from '../../errors.ts';

/** How long Redis is waited for, and left alone after a failure. */
export interface ReachOptions {
  /** Longest wait for an answer, in milliseconds. Default 500. */
  readonly timeoutMs?: number;
  /** How long it is not asked again after it failed, in milliseconds. Default 1,000. */
  readonly pauseMs?: number;
  /** Told of each failure to reach Redis. Default: nobody. */
  readonly onError?: (error: unknown) => void;
}

/** Asks Redis within bounds: one request in a pause waits for a Redis that hangs, the others go on without it. */
export class Reach {
  readonly #timeoutMs: number;
  readonly #pauseMs: number;
  readonly #onError: (error: unknown) => void;
  #resumesMs = 0;

  constructor({ timeoutMs = 500, pauseMs = 1_000, onError = () => {} }: ReachOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#pauseMs = pauseMs;
    this.#onError = onError;
  }

  /** Whether the last answer failed to come, so that nobody asks for a moment. */
  get away(): boolean {
    return performance.now() < this.#resumesMs;
  }

  /** Ends the pause: Redis is known to be back. */
  back(): void {
    this.#resumesMs = 0;
  }

  /** The answer, or `undefined` where there is none; never rejects. */
  async ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.away) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new WolfsecError('WOLFSEC_STORE_UNAVAILABLE', 'Redis does not answer'));
      timer = setTimeout(fail, this.#timeoutMs);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      this.#resumesMs = performance.now() + this.#pauseMs;
      this.#onError(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}

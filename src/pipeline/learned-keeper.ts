import { invalidArgument } from '../errors.ts';
import type { Reputation } from '../reputation/index.ts';
import type { Store } from '../store/index.ts';

/** Settings of {@link LearnedKeeper}. */
export interface LearnedKeeperOptions {
  readonly reputation: Reputation;
  readonly store: Store;
  /** How often what was learned is written down, in milliseconds: the most that a killed process forgets. Default 60,000. */
  readonly everyMs?: number;
  /** Entries brought back at most, the latest ones. Default 100,000. */
  readonly maxEntries?: number;
  /** Told of a store that did not take it; it is tried again the next time. */
  readonly onError?: (error: unknown) => void;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const origin = 'learned';
/** After so long what was learned has decayed to nothing. */
const forgetMs = 14 * 86_400_000;
const batchSize = 500;

/** Carries what detections taught over a restart, in the table `reputation`. */
export class LearnedKeeper implements AsyncDisposable {
  readonly #reputation: Reputation;
  readonly #store: Store;
  readonly #onError: (error: unknown) => void;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #keptMs: number;
  #running: Promise<void> = Promise.resolve();

  private constructor({
    reputation,
    store,
    everyMs = 60_000,
    onError,
    now = Date.now,
  }: LearnedKeeperOptions) {
    this.#reputation = reputation;
    this.#store = store;
    this.#onError = onError ?? (() => {});
    this.#now = now;
    this.#keptMs = now();
    this.#timer = setInterval(() => void this.keep().catch(this.#onError), everyMs).unref();
  }

  /**
   * Brings back what was learned before, and writes down from now on what is learned.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an `everyMs` below 1 or above 24 days.
   */
  static async open(options: LearnedKeeperOptions): Promise<LearnedKeeper> {
    const { reputation, store, everyMs = 60_000, maxEntries = 100_000, now = Date.now } = options;
    if (!(everyMs >= 1 && everyMs < 2 ** 31)) throw invalidArgument('everyMs', 'from 1 to 24 days');
    const latest = await store.reputation.latest(origin, now(), maxEntries);
    // The oldest first, which are the first to go where there are too many.
    const scores = latest.toReversed();
    reputation.restore(
      scores.map(({ indicator, score, updatedMs }) => ({ indicator, points: score, atMs: updatedMs })),
    );
    return new LearnedKeeper(options);
  }

  /** Writes down what was learned since the last time. Rejects where the store did not take it. */
  keep(): Promise<void> {
    this.#running = this.#running.catch(() => {}).then(() => this.#keep());
    return this.#running;
  }

  /** Writes down the rest. Does not throw: a store that is away costs what was learned since the last time. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.keep().catch(this.#onError);
  }

  /** As {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #keep(): Promise<void> {
    const nowMs = this.#now();
    // After a clock that was set back nothing tells what is new: all is written.
    const sinceMs = nowMs < this.#keptMs ? 0 : this.#keptMs;
    const learned = this.#reputation.learned().filter(({ atMs, points }) => atMs >= sinceMs && points >= 1);
    for (let at = 0; at < learned.length; at += batchSize) {
      await this.#store.reputation.put(
        learned.slice(at, at + batchSize).map(({ indicator, points, atMs }) => ({
          kind: 'ip',
          indicator,
          origin,
          score: points,
          confidence: 1,
          category: 'detections',
          updatedMs: atMs,
          expiresMs: atMs + forgetMs,
        })),
      );
    }
    this.#keptMs = nowMs;
  }
}

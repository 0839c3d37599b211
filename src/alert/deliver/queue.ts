import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../backoff.ts';
import type { Notification } from '../notification.ts';
import type { DeadLetter } from '../record.ts';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { DeliveryFailure } from './failure.ts';
import type { Receiver } from './receiver.ts';

/** Bounds, waits and tries of deliveries. */
export interface DeliveryOptions {
  /** Longest that one attempt may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Attempts at most. Default 12. */
  readonly attempts?: number;
  /** First wait before another attempt; doubles, with jitter, up to `maxRetryMs`. Default 1,000. */
  readonly retryMs?: number;
  /** Default 300,000. */
  readonly maxRetryMs?: number;
  /** A message older than this is given up. Default 24 hours. */
  readonly maxAgeMs?: number;
  /** Messages that may wait; the oldest becomes a dead letter for a new one. Default 10,000. */
  readonly capacity?: number;
  readonly breaker?: BreakerOptions;
}

/** How the deliveries to one receiver stand. */
export interface DeliveryFigures {
  readonly waiting: number;
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly dead: number;
  readonly breaker: 'closed' | 'open' | 'half-open';
}

interface Outcomes {
  readonly delivered: (notification: Notification) => void;
  readonly dead: (letter: DeadLetter) => void;
  readonly now: () => number;
}

/** One receiver's messages, in order, one at a time, until each is delivered or given up. */
export class DeliveryQueue {
  readonly #name: string;
  readonly #receiver: Receiver;
  readonly #options: Required<Omit<DeliveryOptions, 'breaker'>>;
  readonly #breaker: Breaker;
  readonly #outcomes: Outcomes;
  readonly #closing = new AbortController();
  readonly #waiting: Notification[] = [];
  #running: Promise<void> | undefined;
  #delivered = 0;
  #failedAttempts = 0;
  #dead = 0;

  constructor(name: string, receiver: Receiver, options: DeliveryOptions, outcomes: Outcomes) {
    this.#name = name;
    this.#receiver = receiver;
    this.#options = {
      timeoutMs: 10_000,
      attempts: 12,
      retryMs: 1_000,
      maxRetryMs: 300_000,
      maxAgeMs: 86_400_000,
      capacity: 10_000,
      ...options,
    };
    this.#breaker = new Breaker(options.breaker);
    this.#outcomes = outcomes;
  }

  add(notification: Notification): void {
    if (this.#waiting.length >= this.#options.capacity) {
      // The first may be on its way this moment; the one after it is the oldest that is not.
      const [oldest] = this.#waiting.splice(this.#waiting.length > 1 ? 1 : 0, 1);
      if (oldest) this.#giveUp(oldest, 'the receiver is too slow: its queue was full', 0);
    }
    this.#waiting.push(notification);
    this.#running ??= this.#drain();
  }

  figures(): DeliveryFigures {
    return {
      waiting: this.#waiting.length,
      delivered: this.#delivered,
      failedAttempts: this.#failedAttempts,
      dead: this.#dead,
      breaker: this.#breaker.state(this.#outcomes.now()),
    };
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Ends the attempt under way; what waits is delivered after the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#receiver.close?.();
  }

  async #drain(): Promise<void> {
    const { signal } = this.#closing;
    // After the turn that added it, so that a burst is not delivered from within its cause.
    await Promise.resolve();
    while (this.#waiting.length > 0 && !signal.aborted) {
      const next = this.#waiting[0] as Notification;
      await this.#deliver(next);
      if (!signal.aborted && this.#waiting[0] === next) this.#waiting.shift();
    }
    this.#running = undefined;
  }

  async #deliver(notification: Notification): Promise<void> {
    const { attempts, maxAgeMs } = this.#options;
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt++) {
      await this.#pause(this.#breaker.remainingMs(this.#outcomes.now()));
      if (signal.aborted) return;
      const failure = await this.#attempt(notification, attempt);
      if (!failure) {
        this.#delivered++;
        return this.#outcomes.delivered(notification);
      }
      // Cut short by closing: not the receiver's fault, and not an attempt.
      if (signal.aborted) return;
      this.#failedAttempts++;
      if (!failure.retryable) return this.#giveUp(notification, failure.message, attempt);
      this.#breaker.failed(this.#outcomes.now());
      const aged = this.#outcomes.now() - notification.atMs > maxAgeMs;
      if (attempt >= attempts || aged) return this.#giveUp(notification, failure.message, attempt);
      await this.#pause(this.#retryMs(attempt, failure.retryAfterMs));
    }
  }

  async #attempt(notification: Notification, attempt: number): Promise<DeliveryFailure | undefined> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs);
    const signal = AbortSignal.any([timeout, this.#closing.signal]);
    try {
      // A receiver that ignores the signal must not hold up the others of its queue for ever.
      await Promise.race([this.#receiver.deliver(notification, { signal, attempt }), aborted(signal)]);
      this.#breaker.succeeded();
      return undefined;
    } catch (error) {
      if (timeout.aborted) {
        return new DeliveryFailure(`${this.#name}: no answer within ${this.#options.timeoutMs} ms`, {
          retryable: true,
        });
      }
      if (error instanceof DeliveryFailure) return error;
      return new DeliveryFailure(`${this.#name}: ${(error as Error).message}`, {
        retryable: true,
        cause: error,
      });
    }
  }

  #giveUp(notification: Notification, reason: string, attempts: number): void {
    this.#dead++;
    this.#outcomes.dead({ notification, reason, attempts, atMs: this.#outcomes.now() });
  }

  #retryMs(attempt: number, asked: number | undefined): number {
    const { retryMs, maxRetryMs } = this.#options;
    return Math.max(backoffMs(attempt, retryMs, maxRetryMs), Math.min(asked ?? 0, maxRetryMs));
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

import { backoffMs } from '../../backoff.ts';

/** Waits between attempts to connect. */
export class Backoff {
  readonly #firstMs: number;
  readonly #mostMs: number;
  #failures = 0;
  #notBeforeMs = 0;

  constructor(firstMs: number, mostMs: number) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  /** How long to wait before the next attempt. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#notBeforeMs - nowMs);
  }

  failed(nowMs: number, random = Math.random()): void {
    this.#notBeforeMs = nowMs + backoffMs(++this.#failures, this.#firstMs, this.#mostMs, random);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }
}

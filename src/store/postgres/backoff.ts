/** Waits between attempts to connect: doubling with full jitter, so that many clients do not come back at once. */
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
    const ceilingMs = Math.min(this.#mostMs, this.#firstMs * 2 ** Math.min(this.#failures, 20));
    this.#failures++;
    this.#notBeforeMs = nowMs + ceilingMs * (0.5 + random / 2);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }
}

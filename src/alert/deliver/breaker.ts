/** When deliveries to a receiver are held back after failures. */
export interface BreakerOptions {
  /** Failures in a row that open it. Default 5. */
  readonly failures?: number;
  /** How long it stays open at first, in milliseconds; doubles up to `maxOpenMs`. Default 10,000. */
  readonly openMs?: number;
  /** Default 300,000. */
  readonly maxOpenMs?: number;
}

/** Leaves a receiver alone that fails again and again; after a while one attempt shows whether it is back. */
export class Breaker {
  readonly #options: Required<BreakerOptions>;
  #failures = 0;
  #opened = 0;
  #openUntilMs = 0;
  #openForMs = 0;

  constructor(options: BreakerOptions = {}) {
    this.#options = { failures: 5, openMs: 10_000, maxOpenMs: 300_000, ...options };
  }

  state(nowMs: number): 'closed' | 'open' | 'half-open' {
    if (this.#opened === 0) return 'closed';
    return nowMs < this.#openUntilMs ? 'open' : 'half-open';
  }

  /** How long to leave the receiver alone. */
  remainingMs(nowMs: number): number {
    // Not longer than it opened for, though the clock be set back meanwhile.
    return Math.min(Math.max(0, this.#openUntilMs - nowMs), this.#openForMs);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#opened = 0;
    this.#openUntilMs = 0;
  }

  failed(nowMs: number): void {
    this.#failures++;
    const { failures, openMs, maxOpenMs } = this.#options;
    if (this.#failures < failures && this.#opened === 0) return;
    this.#openForMs = Math.min(maxOpenMs, openMs * 2 ** Math.min(this.#opened, 20));
    this.#openUntilMs = nowMs + this.#openForMs;
    this.#opened++;
  }
}

/** A value and when it ceases to hold. */
export class CachedValue<T> {
  readonly value: T;
  /** On the clock that was given, in milliseconds. */
  readonly expiresAtMs: number;
  readonly #now: () => number;

  /**
   * Holds `value` for `ttlMs` milliseconds from now.
   *
   * @param now The clock in milliseconds. Default: `performance.now`, which never jumps.
   */
  constructor(value: T, ttlMs: number, now: () => number = () => performance.now()) {
    this.value = value;
    this.#now = now;
    this.expiresAtMs = now() + ttlMs;
  }

  /** Whether its time is over; from `expiresAtMs` on it is. */
  isExpired(): boolean {
    return this.#now() >= this.expiresAtMs;
  }

  /** The value while it holds. */
  get(): T | undefined {
    return this.isExpired() ? undefined : this.value;
  }
}

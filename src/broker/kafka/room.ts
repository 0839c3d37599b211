import { WolfsecError } from '../../errors.ts';

/** Sizes of messages that are remembered. */
const rememberedSizes = 4_096;
const lookEveryMs = 1_000;
const lookAgainMs = 100;

/**
 * Whether the queue has room: Kafka keeps what comes and tells how many messages are not done, not how large they are.
 * So they are taken to be as large as those that were sent last from here.
 */
export class Room {
  readonly #maxBytes: number;
  readonly #waiting: () => Promise<number>;
  readonly #sizes: number[] = [];
  #at = 0;
  /** Bytes that waited when it was looked, and what was sent since. */
  #bytes = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(maxBytes: number, waiting: () => Promise<number>) {
    this.#maxBytes = maxBytes;
    this.#waiting = waiting;
  }

  /** @throws {WolfsecError} `WOLFSEC_STORE_FULL` where there is none. */
  async take(sizes: readonly number[]): Promise<void> {
    const size = sizes.reduce((sum, one) => sum + one, 0);
    const sinceMs = performance.now() - this.#lookedMs;
    const full = this.#bytes + size > this.#maxBytes;
    if (sinceMs > lookEveryMs || (full && sinceMs > lookAgainMs)) await this.#look(size / sizes.length);
    if (this.#bytes + size > this.#maxBytes) {
      const message = `kafka: the queue has no room: about ${this.#bytes} of ${this.#maxBytes} bytes wait`;
      throw new WolfsecError('WOLFSEC_STORE_FULL', message);
    }
    this.#bytes += size;
    for (const one of sizes) {
      this.#sizes[this.#at] = one;
      this.#at = (this.#at + 1) % rememberedSizes;
    }
  }

  #look(usual: number): Promise<void> {
    this.#looking ??= (async () => {
      const before = this.#bytes;
      const waiting = await this.#waiting();
      // What was sent while it was asked may be in the answer or not.
      this.#bytes = waiting * this.#meanOfLast(waiting, usual) + Math.max(0, this.#bytes - before);
      this.#lookedMs = performance.now();
    })().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  #meanOfLast(count: number, usual: number): number {
    const known = Math.min(count, this.#sizes.length);
    if (known === 0) return usual;
    let sum = 0;
    for (let n = 1; n <= known; n++) {
      sum += this.#sizes[(this.#at - n + this.#sizes.length) % this.#sizes.length] ?? 0;
    }
    return sum / known;
  }
}

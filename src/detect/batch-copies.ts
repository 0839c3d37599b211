/** Kept for the next batch: fresh memory takes twice as long to copy into. */
const maxKept = 2;
const maxKeptBytes = 4 * 1024 * 1024;

/**
 * Copies of batches that are read on other threads: a caller's buffer could be detached, moved or shrunk meanwhile, and
 * its memory would be gone. A mebibyte takes 20 µs, and a millisecond to evaluate.
 */
export class BatchCopies {
  readonly #free: Buffer[] = [];

  /** Lends a copy for as long as `use` takes. */
  async lend<T>(batch: Uint8Array, use: (copy: Uint8Array) => Promise<T>): Promise<T> {
    const memory = this.#memory(batch.length);
    memory.set(batch);
    try {
      return await use(memory.subarray(0, batch.length));
    } finally {
      if (memory.length <= maxKeptBytes && this.#free.length < maxKept) this.#free.push(memory);
    }
  }

  #memory(bytes: number): Buffer {
    const at = this.#free.findIndex(({ length }) => length >= bytes);
    const kept = at < 0 ? undefined : this.#free.splice(at, 1)[0];
    if (kept) return kept;
    // What is kept is too small: the larger one takes its place.
    this.#free.shift();
    return Buffer.allocUnsafeSlow(bytes);
  }
}

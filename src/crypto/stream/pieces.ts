/** Cuts what comes in into pieces of one length; the rest stays until more comes. */
export class Pieces {
  readonly #length: number;
  readonly #piece: Buffer;
  #filled = 0;

  constructor(length: number) {
    this.#length = length;
    this.#piece = Buffer.allocUnsafeSlow(length);
  }

  /**
   * Adds bytes. `full` sees each whole piece as soon as a byte follows it, so that the last piece of a
   * stream is never among them; it must not keep the piece.
   */
  add(bytes: Uint8Array, full: (piece: Buffer) => void): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#filled === this.#length) {
        full(this.#piece);
        this.#filled = 0;
      }
      const end = Math.min(bytes.length, at + this.#length - this.#filled);
      this.#piece.set(bytes.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
    }
  }

  /** The last piece, which may be shorter, or empty. */
  rest(): Buffer {
    return this.#piece.subarray(0, this.#filled);
  }

  wipe(): void {
    this.#piece.fill(0);
  }
}

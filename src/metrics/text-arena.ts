const firstSegmentBytes = 4 * 1024;
/** A place is 12 bits of segment and 20 bits of offset. */
const offsetBits = 20;
const maxSegmentBytes = 1 << offsetBits;

/**
 * Append-only text of label sets, in segments that never move.
 *
 * A full segment is sealed: nothing is written to it again, so that another thread may read it
 * without a copy. Only the open one is copied for a snapshot, and only as far as it is filled.
 */
export class TextArena {
  readonly #sealed: Uint8Array[] = [];
  #open: Buffer = Buffer.alloc(firstSegmentBytes);
  #used = 0;
  /** Bytes that removed series left behind. */
  #dead = 0;
  #live = 0;

  /** Appends `text` and gives its place: the segment in the upper 12 bits, the offset in the lower 20. */
  append(text: string): { at: number; length: number } {
    // Latin-1 text, nearly all there is, needs as many bytes as characters; UTF-8 up to three.
    const bound = text.length * 3;
    if (this.#used + bound > this.#open.length) this.#seal(Math.max(bound, text.length));
    const at = ((this.#sealed.length << offsetBits) | this.#used) >>> 0;
    const length = this.#open.write(text, this.#used, 'utf8');
    this.#used += length;
    this.#live += length;
    return { at, length };
  }

  /** Tells that a text is in use no more. */
  release(length: number): void {
    this.#live -= length;
    this.#dead += length;
  }

  /** Whether more than half of the arena is dead text worth the rewriting. */
  get wasteful(): boolean {
    return this.#dead > this.#live && this.#dead > maxSegmentBytes;
  }

  get bytes(): number {
    return this.#sealed.reduce((sum, segment) => sum + segment.length, this.#open.length);
  }

  /** The segments as another thread may read them. */
  snapshot(): Uint8Array[] {
    return [...this.#sealed, Uint8Array.prototype.slice.call(this.#open, 0, this.#used)];
  }

  #seal(atLeast: number): void {
    this.#sealed.push(this.#open);
    const doubled = Math.min(this.#open.length * 2, maxSegmentBytes);
    // Not from Buffer's pool: that one is shared with whatever the process writes next.
    this.#open = Buffer.alloc(Math.min(Math.max(doubled, atLeast), maxSegmentBytes));
    this.#used = 0;
  }
}

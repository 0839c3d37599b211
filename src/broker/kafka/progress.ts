/**
 * What was given out of one partition, and how far it is settled. Messages settle in any order; Kafka keeps one offset
 * for each partition, before which everything is done.
 */
export class Progress<T> {
  /** In the order of offsets, as they came. */
  readonly #open = new Map<number, T>();
  readonly start: number;
  #next: number;

  constructor(start: number) {
    this.start = start;
    this.#next = start;
  }

  /** Gives what is gone where the log has begun anew, which it does when its topic was made again. */
  give(offset: number, item: T): readonly T[] {
    let gone: T[] = [];
    if (offset < this.#next) {
      gone = [...this.#open.values()];
      this.#open.clear();
    }
    this.#open.set(offset, item);
    this.#next = offset + 1;
    return gone;
  }

  settle(offset: number): void {
    this.#open.delete(offset);
  }

  /** What is open at an offset. */
  at(offset: number): T | undefined {
    return this.#open.get(offset);
  }

  /** The first offset that is not done. */
  get position(): number {
    for (const offset of this.#open.keys()) return offset;
    return this.#next;
  }

  get open(): IterableIterator<T> {
    return this.#open.values();
  }

  get openCount(): number {
    return this.#open.size;
  }
}

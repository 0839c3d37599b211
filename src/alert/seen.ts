/**
 * The last ids, `size` of them at least. In generations, the oldest of which goes as a whole: taking single ids out
 * of one set of 50,000 stops the event loop for milliseconds whenever the set is laid out anew.
 */
export class Seen {
  readonly #generationSize: number;
  #generations: Set<string>[] = [new Set()];

  constructor(size: number) {
    this.#generationSize = Math.max(1, Math.ceil(size / generations));
  }

  has(id: string): boolean {
    for (const generation of this.#generations) if (generation.has(id)) return true;
    return false;
  }

  add(id: string): void {
    let newest = this.#generations[0] as Set<string>;
    if (newest.size >= this.#generationSize) {
      newest = new Set();
      this.#generations = [newest, ...this.#generations.slice(0, generations)];
    }
    newest.add(id);
  }

  delete(id: string): void {
    for (const generation of this.#generations) if (generation.delete(id)) return;
  }

  /** Oldest first. */
  all(): string[] {
    return this.#generations.toReversed().flatMap((generation) => [...generation]);
  }
}

/** Few, since each look asks them all; several, since the newest grows by being laid out anew. */
const generations = 2;

export interface GatherOptions<T> {
  size(item: T): number;
  /** Items handed on at once amount to this at most, a single one aside. */
  readonly maxSize: number;
  take(items: readonly T[]): Promise<void>;
  onError(error: unknown): void;
}

/**
 * Hands on what came while the last batch was taken, as one batch: under load batches grow by themselves, and a
 * single item waits for nothing.
 */
export class Gather<T> {
  readonly #options: GatherOptions<T>;
  #items: T[] = [];
  #size = 0;
  #running: Promise<void> | undefined;
  #room: (() => void)[] = [];

  constructor(options: GatherOptions<T>) {
    this.#options = options;
  }

  /** Resolves when there is room for more. */
  async add(item: T): Promise<void> {
    this.#items.push(item);
    this.#size += this.#options.size(item);
    this.#running ??= this.#run();
    if (this.#size >= this.#options.maxSize) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn's worth of items joins the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#items.length > 0) {
      const items = this.#items;
      this.#items = [];
      this.#size = 0;
      for (const resolve of this.#room.splice(0)) resolve();
      try {
        await this.#options.take(items);
      } catch (error) {
        this.#options.onError(error);
      }
    }
    this.#running = undefined;
  }
}

import type { Records } from '../store/index.ts';

/** How far a log has been taken. */
export interface Offset {
  readonly position: string;
  /** When the message there was published, in milliseconds since the epoch. */
  readonly timeMs: number;
}

/**
 * Whether a message is not done yet. A log that was made anew begins at its first place again: what came later than all
 * that is done is not done, wherever it stands.
 */
export const isFresh = ({ position, timeMs }: Offset, done: Offset | undefined): boolean =>
  done === undefined || position > done.position || timeMs > done.timeMs;

/** Offsets in the shared store, written after what they stand for was. */
export class Offsets {
  readonly #records: Records;
  readonly #collection: string;
  readonly #now: () => number;

  constructor(records: Records, prefix: string, now: () => number = Date.now) {
    this.#records = records;
    this.#collection = `${prefix}:offsets`;
    this.#now = now;
  }

  async get(log: string): Promise<Offset | undefined> {
    return (await this.#records.get<Offset>(this.#collection, log, this.#now()))?.value;
  }

  async put(log: string, offset: Offset): Promise<void> {
    await this.#records.put(this.#collection, log, offset, { nowMs: this.#now() });
  }
}

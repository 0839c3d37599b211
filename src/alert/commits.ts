import { WolfsecError } from '../errors.ts';
import type { StateLog } from '../store/index.ts';
import type { Alert } from './alert.ts';
import { Change } from './change.ts';
import { encodeChange } from './record.ts';

interface Outcomes {
  /** The change is about to be written. */
  readonly taken: (change: Change) => void;
  /** The change is on disk: the time to tell receivers and store. */
  readonly durable: (change: Change) => void;
  /** It could not be written: takes it back. `later` is what the next write will hold. */
  readonly failed: (change: Change, later: Change) => void;
}

/**
 * Between the book and the disk. What comes while one write is under way gathers in one change, which is written
 * down once, when the disk is free for it, and confirmed with one promise to all who wait.
 */
export class Commits {
  readonly #journal: StateLog;
  readonly #outcomes: Outcomes;
  readonly #maxWaiting: number;
  #gathering = new Change();
  /** What was taken for a write that is not confirmed: two, while the answer to the first is on its way. */
  readonly #taken = new Set<Change>();
  /** The write that takes what is gathering. */
  #next: Promise<void> | undefined;
  /** The write under way. */
  #current: Promise<void> | undefined;

  constructor(journal: StateLog, outcomes: Outcomes, maxWaiting = 100_000) {
    this.#journal = journal;
    this.#outcomes = outcomes;
    this.#maxWaiting = maxWaiting;
  }

  /** Detections that wait for the disk. */
  get waiting(): number {
    return this.#gathering.seen.length;
  }

  /** Whether more of the alert than its count has changed, and is not known to be on disk. */
  holds(alert: Alert): boolean {
    if (this.#gathering.written.has(alert)) return true;
    for (const { written } of this.#taken) if (written.has(alert)) return true;
    return false;
  }

  /**
   * The change to note things down in, followed by `commit` in the same turn.
   *
   * @throws {WolfsecError} `WOLFSEC_LIMIT_EXCEEDED` where too much waits for the disk already.
   */
  gather(): Change {
    if (this.waiting < this.#maxWaiting) return this.#gathering;
    const message = `${this.#maxWaiting} detections wait for the disk already: raise them again later`;
    throw new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', message);
  }

  /** Resolves when everything gathered so far is on disk; rejects where it could not be written and was taken back. */
  commit(): Promise<void> {
    if (this.#next) return this.#next;
    if (this.#gathering.empty) return this.#current ?? Promise.resolve();
    let taken: Change | undefined;
    const written = this.#journal.append(() => {
      taken = this.#gathering;
      this.#gathering = new Change();
      this.#current = this.#next;
      this.#next = undefined;
      this.#taken.add(taken);
      this.#outcomes.taken(taken);
      return encodeChange(taken);
    });
    this.#next = written.then(
      () => {
        this.#current = undefined;
        if (!taken) return;
        this.#taken.delete(taken);
        this.#outcomes.durable(taken);
      },
      (error: unknown) => {
        this.#current = undefined;
        // A journal that is closed or full of waiting records has not even taken it.
        if (!taken) {
          taken = this.#gathering;
          this.#gathering = new Change();
          this.#next = undefined;
        }
        this.#taken.delete(taken);
        this.#outcomes.failed(taken, this.#gathering);
        throw error;
      },
    );
    // Whoever waits is told; where nobody does, the change has been taken back all the same.
    this.#next.catch(() => {});
    return this.#next;
  }
}

import { randomUUID } from 'node:crypto';
import { WolfsecError } from '../../errors.ts';
import type { Records } from '../tables/records.ts';
import type { JournalRecord } from './journal.ts';

/** What a state machine needs of its log, wherever that is kept. */
export interface StateLog {
  /** Records that wait to become durable. */
  readonly waiting: number;
  /** The segment being written. */
  readonly segment: number;
  /** Called when a new segment begins: the time to write down the whole state and drop what is before. */
  onSegment: ((number: number) => void) | undefined;
  /** Resolves once the record is durable. A record must not hold a newline. */
  append(record: JournalRecord): Promise<void>;
  /** Deletes whole segments older than `number`. */
  dropBefore(number: number): void;
  /** Waits for what is under way, then lets go of the log; {@link StateLog.append} is refused from now on. */
  close(): Promise<void>;
}

/** Where a journal in the shared store lies, and how it is held. */
export interface SharedJournalOptions {
  readonly records: Records;
  /** Which journal, where a store has several. */
  readonly name: string;
  /** Writes in a segment. Default 500. */
  readonly segmentFrames?: number;
  readonly maxWaiting?: number;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

interface Waiting {
  readonly record: JournalRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What one write made durable. */
interface Frame {
  /** The journal that wrote it, of which one process may open several in turn. */
  readonly by: string;
  /** Records, a line each. */
  readonly text: string;
}

const collection = (name: string) => `journal:${name}`;
const digits = 12;
/** Records in one write at most. */
const maxFrameRecords = 1_000;
const pageSize = 50;

/**
 * A log in the shared store, for a state machine that any machine may carry on. Each write makes the next number of
 * the log and fails where that is taken: of two processes that both think the log is theirs, one writes and the other
 * learns of it with `WOLFSEC_STORE_CONFLICT`.
 */
export class SharedJournal implements StateLog {
  readonly #options: Required<SharedJournalOptions>;
  readonly #by = randomUUID();
  onSegment: ((number: number) => void) | undefined;
  #waiting: Waiting[] = [];
  #next = 1;
  #segment = 1;
  #segmentFrom = 1;
  #oldest = 1;
  /** First number of each segment that is still kept. */
  readonly #starts = new Map<number, number>();
  #running: Promise<void> | undefined;
  #dropping: Promise<void> = Promise.resolve();
  #lost: WolfsecError | undefined;
  #closed = false;

  private constructor(options: SharedJournalOptions) {
    this.#options = { segmentFrames: 500, maxWaiting: 100_000, now: Date.now, ...options };
  }

  /** Gives every record that is kept to `visit`, oldest first, and goes on behind the last. */
  static async open(options: SharedJournalOptions, visit: (record: string) => void): Promise<SharedJournal> {
    const journal = new SharedJournal(options);
    await journal.#replay(visit);
    return journal;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get segment(): number {
    return this.#segment;
  }

  append(record: JournalRecord): Promise<void> {
    if (this.#lost) return Promise.reject(this.#lost);
    if (this.#closed) return Promise.reject(new WolfsecError('WOLFSEC_DISPOSED', 'the journal is closed'));
    if (this.#waiting.length >= this.#options.maxWaiting) {
      const message = `${this.#options.maxWaiting} records wait for the store already`;
      return Promise.reject(new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', message));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  dropBefore(number: number): void {
    const upTo = this.#starts.get(number);
    if (upTo === undefined) return;
    for (const segment of this.#starts.keys()) if (segment < number) this.#starts.delete(segment);
    this.#dropping = this.#dropping.then(() => this.#drop(upTo)).catch(() => {});
  }

  /** Waits for what is under way; {@link append} is refused from now on. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#dropping;
  }

  async #replay(visit: (record: string) => void): Promise<void> {
    const { records, name, now } = this.#options;
    let last = '';
    for (;;) {
      const page = await records.list<Frame | string>(collection(name), {
        nowMs: now(),
        afterKey: last,
        limit: pageSize,
      });
      if (last === '' && page[0]) this.#oldest = Number(page[0].key);
      for (const { key, value } of page) {
        // A text alone is of a version that did not say who wrote it.
        for (const record of (typeof value === 'string' ? value : value.text).split('\n')) visit(record);
        last = key;
      }
      if (page.length < pageSize) break;
    }
    if (last === '') await this.#begin(1);
    else await this.#begin(Number(last) + 1);
  }

  /** What was before is one segment, to be dropped when the state is written down. */
  async #begin(next: number): Promise<void> {
    this.#next = next;
    this.#segmentFrom = next;
    this.#starts.set(this.#segment, next);
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#take();
      try {
        await this.#write(group);
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }

  #take(): Waiting[] {
    return this.#waiting.splice(0, maxFrameRecords);
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    if (this.#lost) throw this.#lost;
    const text = group.map(({ record }) => (typeof record === 'string' ? record : record())).join('\n');
    const { segmentFrames } = this.#options;
    while (!(await this.#put(text))) this.#next++;
    this.#next++;
    if (this.#next - this.#segmentFrom < segmentFrames) return;
    this.#segment++;
    this.#segmentFrom = this.#next;
    this.#starts.set(this.#segment, this.#next);
    this.onSegment?.(this.#segment);
  }

  /** `false` where a write of ours whose answer was lost has taken the number: this one comes behind it. */
  async #put(text: string): Promise<boolean> {
    const { records, name, now } = this.#options;
    const key = keyOf(this.#next);
    const frame: Frame = { by: this.#by, text };
    const options = { nowMs: now(), ifVersion: 0 };
    if ((await records.put(collection(name), key, frame, options)) !== undefined) return true;
    const there = (await records.get<Frame>(collection(name), key, now()))?.value;
    if (there?.by === this.#by) return there.text === text;
    this.#lost = new WolfsecError('WOLFSEC_STORE_CONFLICT', `another process carries on the ${name}`);
    throw this.#lost;
  }

  async #drop(upTo: number): Promise<void> {
    const { records, name } = this.#options;
    for (; this.#oldest < upTo; this.#oldest++) await records.remove(collection(name), keyOf(this.#oldest));
  }
}

const keyOf = (number: number) => String(number).padStart(digits, '0');

import { readFileSync } from 'node:fs';
import { WolfsecError } from '../../errors.ts';
import { decodeFrame, FrameBuffer } from './frame.ts';
import { lockFolder } from './lock.ts';
import { type Segment, Segments } from './segments.ts';
import { type WriteBytes, writeAll } from './write.ts';

/** Where the journal lies, and how its files grow. */
export interface JournalOptions {
  /** Folder of the segments; made where it is missing. One process at a time. */
  readonly folder: string;
  /** Size of a segment, in bytes. Default 32 MiB. */
  readonly segmentBytes?: number;
  /** Records that may wait for the disk at once. Default 100,000. */
  readonly maxWaiting?: number;
  /** Writes a frame; tests put a failing disk in its place. */
  readonly write?: WriteBytes;
}

/** A line of the log, or what writes it down when the disk is free for it, so that it holds the newest state. */
export type JournalRecord = string | (() => string);

interface Waiting {
  readonly record: JournalRecord;
  readonly resolve: () => void;
  readonly reject: (error: WolfsecError) => void;
}

/** Records in one frame at most: bounds how long the first waits for the last. */
const maxFrameRecords = 4_096;

/**
 * An append-only log whose `append` resolves when the record is on disk. Whatever comes while one write is under
 * way shares the next one (group commit). Segments are filled ahead of use and used again, so that a synced write
 * changes no metadata: 0.14 ms instead of 0.30 ms on ext4.
 */
export class Journal {
  readonly #segments: Segments;
  readonly #maxWaiting: number;
  readonly #write: WriteBytes;
  readonly #unlock: () => void;
  readonly #frame = new FrameBuffer();
  #waiting: Waiting[] = [];
  #segment: Segment | undefined;
  #nextFrame = 1;
  #running: Promise<void> | undefined;
  #closed = false;
  /** Called when a new segment begins: the time to write down the whole state and drop what is before. */
  onSegment: ((number: number) => void) | undefined;
  readonly figures = { frames: 0, records: 0, bytes: 0, failed: 0 };
  /** Places where whole frames were missing in the middle of the log. */
  readonly damage: string[] = [];

  private constructor({ folder, segmentBytes = 32 << 20, maxWaiting = 100_000, write }: JournalOptions) {
    this.#maxWaiting = maxWaiting;
    this.#write = write ?? writeAll;
    this.#segments = new Segments(folder, segmentBytes, this.#write);
    this.#unlock = lockFolder(folder);
  }

  /**
   * Opens the log and gives every record that was made durable to `visit`, oldest first.
   *
   * @throws {WolfsecError} `WOLFSEC_STORE_UNAVAILABLE` where another process has it open.
   */
  static async open(options: JournalOptions, visit: (record: string) => void): Promise<Journal> {
    const journal = new Journal(options);
    try {
      journal.#replay(visit);
      journal.#segment = await journal.#segments.next();
    } catch (error) {
      journal.#unlock();
      throw diskError(options.folder, error);
    }
    return journal;
  }

  /** Records that wait to reach the disk. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The segment being written. */
  get segment(): number {
    return this.#segment?.number ?? 0;
  }

  /**
   * Resolves once the record is on disk. A record must not hold a newline.
   *
   * @throws {WolfsecError} `WOLFSEC_STORE_FULL` where the disk is: nothing of it is kept, and it may be tried again.
   */
  append(record: JournalRecord): Promise<void> {
    if (this.#closed)
      return Promise.reject(new WolfsecError('WOLFSEC_DISPOSED', `${this.#segments.folder} is closed`));
    if (this.#waiting.length >= this.#maxWaiting) {
      const message = `${this.#segments.folder}: ${this.#maxWaiting} records wait for the disk already`;
      return Promise.reject(new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', message));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Lets go of whole segments older than `number`. */
  dropBefore(number: number): void {
    this.#segments.dropBefore(number);
  }

  /** Waits for what was appended, then closes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await this.#segment?.file.close();
    await this.#segments.close();
    this.#unlock();
  }

  async #drain(): Promise<void> {
    // One turn's worth of appends joins the first frame.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#take();
      try {
        await this.#writeFrame(group);
        for (const { resolve } of group) resolve();
      } catch (error) {
        this.figures.failed += group.length;
        const known = diskError(this.#segments.folder, error);
        for (const { reject } of group) reject(known);
      }
    }
    this.#running = undefined;
  }

  #take(): Waiting[] {
    if (this.#waiting.length <= maxFrameRecords) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, maxFrameRecords);
  }

  async #writeFrame(group: readonly Waiting[]): Promise<void> {
    const length = this.#frame.fill(
      group.map(({ record }) => (typeof record === 'string' ? record : record())),
    );
    let segment = this.#segment;
    if (!segment || segment.position + length > this.#segments.bytes) {
      segment = await this.#nextSegment(length);
    }
    await this.#write(segment.file, this.#frame.seal(this.#nextFrame, segment.number), segment.position);
    segment.position += length;
    this.#nextFrame++;
    this.figures.frames++;
    this.figures.records += group.length;
    this.figures.bytes += length;
    if (segment.position > this.#segments.bytes / 2) this.#segments.prepare();
  }

  async #nextSegment(needed: number): Promise<Segment> {
    const next = await this.#segments.next();
    await this.#segment?.file.close();
    this.#segment = next;
    // A frame larger than a segment is still written whole: the file simply grows past its filled part.
    if (needed <= this.#segments.bytes) this.onSegment?.(next.number);
    return next;
  }

  #replay(visit: (record: string) => void): void {
    let expected: number | undefined;
    for (const number of this.#segments.numbers()) {
      const path = this.#segments.path(number);
      const bytes = readFileSync(path);
      let offset = 0;
      for (;;) {
        const frame = decodeFrame(bytes, offset, number);
        // A frame that is not whole was never confirmed to anybody: the log of this segment ends here.
        if (!frame) break;
        if (expected !== undefined && frame.number !== expected) {
          this.damage.push(`${path} at byte ${offset}: ${frame.number - expected} writes before are missing`);
        }
        for (const record of frame.records) visit(record);
        expected = frame.number + 1;
        offset = frame.end;
      }
    }
    this.#nextFrame = expected ?? 1;
  }
}

function diskError(folder: string, error: unknown): WolfsecError {
  if (error instanceof WolfsecError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  return new WolfsecError(
    full ? 'WOLFSEC_STORE_FULL' : 'WOLFSEC_STORE_UNAVAILABLE',
    full
      ? `${folder}: the disk is full (${code}); free space and try again, nothing of this write was kept`
      : `${folder}: ${message}`,
    { cause: error },
  );
}

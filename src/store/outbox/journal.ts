import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { WolfsecError } from '../../errors.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { lockFolder } from './lock.ts';

export interface JournalOptions {
  /** Folder of the segments; made where it is missing. One process at a time. */
  readonly folder: string;
  /** Size of a segment, in bytes. Default 32 MiB. */
  readonly segmentBytes?: number;
  /** Records that may wait for the disk at once. Default 100,000. */
  readonly maxWaiting?: number;
  /** Writes a frame; tests put a failing disk in its place. */
  readonly write?: (file: FileHandle, bytes: Buffer, position: number) => Promise<void>;
}

interface Waiting {
  readonly record: string;
  readonly resolve: () => void;
  readonly reject: (error: WolfsecError) => void;
}

interface Segment {
  readonly number: number;
  readonly file: FileHandle;
  position: number;
}

/** Records in one frame at most, and characters: bounds how long the first waits for the last. */
const maxFrameRecords = 4_096;
const maxFrameCharacters = 1 << 20;

/**
 * An append-only log whose `append` resolves when the record is on disk. Whatever comes while one write is under
 * way shares the next one (group commit). Segments are filled with zeros ahead of use, so that a synced write
 * changes no metadata: 0.14 ms instead of 0.30 ms on ext4.
 */
export class Journal {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #maxWaiting: number;
  readonly #write: NonNullable<JournalOptions['write']>;
  readonly #unlock: () => void;
  #waiting: Waiting[] = [];
  #segment: Segment | undefined;
  #prepared: Promise<Segment> | undefined;
  #oldest: number;
  #newest: number;
  #nextFrame: number;
  #running: Promise<void> | undefined;
  #closed = false;
  /** Called when a new segment begins: the time to write down the whole state and drop what is before. */
  onSegment: ((number: number) => void) | undefined;
  readonly figures = { frames: 0, records: 0, bytes: 0, failed: 0 };
  /** Places where whole frames were missing in the middle of the log. */
  readonly damage: string[] = [];

  private constructor({ folder, segmentBytes = 32 << 20, maxWaiting = 100_000, write }: JournalOptions) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#maxWaiting = maxWaiting;
    this.#write = write ?? writeAll;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#unlock = lockFolder(folder);
    const numbers = this.#segmentNumbers();
    this.#oldest = numbers[0] ?? 1;
    this.#newest = numbers.at(-1) ?? 0;
    this.#nextFrame = 1;
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
      journal.#segment = await journal.#prepare();
    } catch (error) {
      journal.#unlock();
      throw diskError(options.folder, error);
    }
    return journal;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** The segment being written. */
  get segment(): number {
    return this.#segment?.number ?? this.#newest;
  }

  /**
   * Resolves once the record is on disk. A record must not hold a newline.
   *
   * @throws {WolfsecError} `WOLFSEC_STORE_FULL` where the disk is: nothing of it is kept, and it may be tried again.
   */
  append(record: string): Promise<void> {
    if (this.#closed)
      return Promise.reject(new WolfsecError('WOLFSEC_DISPOSED', `${this.#folder} is closed`));
    if (this.#waiting.length >= this.#maxWaiting) {
      const message = `${this.#folder}: ${this.#maxWaiting} records wait for the disk already`;
      return Promise.reject(new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', message));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Deletes whole segments older than `number`. */
  dropBefore(number: number): void {
    for (; this.#oldest < number; this.#oldest++) rmSync(this.#path(this.#oldest), { force: true });
  }

  /** Waits for what was appended, then closes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await this.#segment?.file.close();
    const spare = await this.#prepared?.catch(() => undefined);
    if (spare) {
      await spare.file.close();
      rmSync(this.#path(spare.number), { force: true });
    }
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
        const known = diskError(this.#folder, error);
        for (const { reject } of group) reject(known);
      }
    }
    this.#running = undefined;
  }

  #take(): Waiting[] {
    let characters = 0;
    let count = 0;
    while (count < this.#waiting.length && count < maxFrameRecords && characters < maxFrameCharacters) {
      characters += (this.#waiting[count++] as Waiting).record.length;
    }
    if (count === this.#waiting.length) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeFrame(group: readonly Waiting[]): Promise<void> {
    const bytes = encodeFrame(
      this.#nextFrame,
      group.map(({ record }) => record),
    );
    let segment = this.#segment;
    if (!segment || segment.position + bytes.length > this.#segmentBytes) {
      segment = await this.#nextSegment(bytes.length);
    }
    await this.#write(segment.file, bytes, segment.position);
    segment.position += bytes.length;
    this.#nextFrame++;
    this.figures.frames++;
    this.figures.records += group.length;
    this.figures.bytes += bytes.length;
    // Half full: have the next one ready before it is needed.
    if (segment.position > this.#segmentBytes / 2) this.#prepareAhead();
  }

  async #nextSegment(needed: number): Promise<Segment> {
    const ready = this.#prepared ?? this.#prepare();
    this.#prepared = undefined;
    const next = await ready;
    await this.#segment?.file.close();
    this.#segment = next;
    // A frame larger than a segment is still written whole: the file simply grows past its filled part.
    if (needed <= this.#segmentBytes) this.onSegment?.(next.number);
    return next;
  }

  #prepareAhead(): void {
    if (this.#prepared) return;
    this.#prepared = this.#prepare();
    this.#prepared.catch(() => {
      // Tried again when the current segment is full; that failure reaches the caller.
      this.#prepared = undefined;
    });
  }

  async #prepare(): Promise<Segment> {
    const number = this.#newest + 1;
    const path = this.#path(number);
    const file = await open(path, constants.O_CREAT | constants.O_RDWR | constants.O_DSYNC, 0o600);
    try {
      const zeros = Buffer.alloc(1 << 20);
      const plain = await open(path, 'r+');
      try {
        for (let at = 0; at < this.#segmentBytes; at += zeros.length) {
          const length = Math.min(zeros.length, this.#segmentBytes - at);
          await this.#write(plain, zeros.subarray(0, length), at);
        }
        await plain.sync();
      } finally {
        await plain.close();
      }
      await syncFolder(this.#folder);
    } catch (error) {
      await file.close();
      rmSync(path, { force: true });
      throw error;
    }
    this.#newest = number;
    return { number, file, position: 0 };
  }

  #replay(visit: (record: string) => void): void {
    const numbers = this.#segmentNumbers();
    let expected: number | undefined;
    for (const number of numbers) {
      const bytes = readFileSync(this.#path(number));
      let offset = 0;
      for (;;) {
        const frame = decodeFrame(bytes, offset);
        // A frame that is not whole was never confirmed to anybody: the log of this segment ends here.
        if (!frame) break;
        if (expected !== undefined && frame.number !== expected) {
          this.damage.push(
            `${this.#path(number)} at byte ${offset}: ${frame.number - expected} writes before are missing`,
          );
        }
        for (const record of frame.records) visit(record);
        expected = frame.number + 1;
        offset = frame.end;
      }
    }
    this.#nextFrame = expected ?? 1;
  }

  #segmentNumbers(): number[] {
    return readdirSync(this.#folder)
      .map((name) => /^(\d{12})\.log$/.exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }

  #path(number: number): string {
    return join(this.#folder, `${String(number).padStart(12, '0')}.log`);
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Makes a new file's name durable too. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
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

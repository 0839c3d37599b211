import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteBytes } from './write.ts';

/** A file of the log, filled with zeros or old frames ahead of use, so that a synced write changes no metadata. */
export interface Segment {
  readonly number: number;
  readonly file: FileHandle;
  position: number;
}

/** Bytes of zeros synced at once while frames are written too: a longer sync would hold those up. */
const fillBytes = 1 << 20;

/** The files of a log: numbered, made ready ahead of use, used again when what they hold is no longer needed. */
export class Segments {
  readonly folder: string;
  readonly bytes: number;
  readonly #write: WriteBytes;
  #oldest: number;
  #newest: number;
  #ready: Promise<Segment> | undefined;

  constructor(folder: string, bytes: number, write: WriteBytes) {
    this.folder = folder;
    this.bytes = bytes;
    this.#write = write;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const numbers = this.numbers();
    this.#oldest = numbers[0] ?? 1;
    this.#newest = numbers.at(-1) ?? 0;
  }

  /** Numbers of the segments that are there, oldest first. */
  numbers(): number[] {
    return readdirSync(this.folder)
      .map((name) => /^(\d{12})\.log$/.exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }

  path(number: number): string {
    return join(this.folder, `${String(number).padStart(12, '0')}.log`);
  }

  /** The next segment, ready or made now. */
  next(): Promise<Segment> {
    const ready = this.#ready ?? this.#make();
    this.#ready = undefined;
    return ready;
  }

  /** Has the next segment ready before it is needed. */
  prepare(): void {
    if (!this.#ready) this.#keepReady(this.#make());
  }

  /** Lets go of segments older than `number`. The last of them is the next one to be written. */
  dropBefore(number: number): void {
    const spare = number - 1;
    const again = !this.#ready && spare >= this.#oldest && this.#reusable(spare);
    // Oldest first, and before the last is renamed: whatever a crash leaves is the end of the log, without a gap.
    for (; this.#oldest < number; this.#oldest++) {
      if (!(again && this.#oldest === spare)) rmSync(this.path(this.#oldest), { force: true });
    }
    if (again) this.#keepReady(this.#reuse(spare));
  }

  async close(): Promise<void> {
    const spare = await this.#ready?.catch(() => undefined);
    if (spare) {
      await spare.file.close();
      rmSync(this.path(spare.number), { force: true });
    }
  }

  #keepReady(segment: Promise<Segment>): void {
    this.#ready = segment;
    segment.catch(() => {
      // Tried again when the current segment is full; that failure reaches the caller.
      if (this.#ready === segment) this.#ready = undefined;
    });
  }

  #reusable(number: number): boolean {
    return statSync(this.path(number), { throwIfNoEntry: false })?.size === this.bytes;
  }

  async #reuse(from: number): Promise<Segment> {
    const number = ++this.#newest;
    renameSync(this.path(from), this.path(number));
    return { number, file: await this.#opened(number), position: 0 };
  }

  async #make(): Promise<Segment> {
    const number = ++this.#newest;
    const path = this.path(number);
    try {
      const plain = await open(path, 'w', 0o600);
      try {
        const zeros = Buffer.alloc(fillBytes);
        for (let at = 0; at < this.bytes; at += fillBytes) {
          await this.#write(plain, zeros.subarray(0, Math.min(fillBytes, this.bytes - at)), at);
          await plain.datasync();
        }
        await plain.sync();
      } finally {
        await plain.close();
      }
      return { number, file: await this.#opened(number), position: 0 };
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
  }

  async #opened(number: number): Promise<FileHandle> {
    const file = await open(this.path(number), constants.O_RDWR | constants.O_DSYNC);
    try {
      await syncFolder(this.folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
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

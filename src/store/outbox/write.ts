import { write } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** Writes all of the bytes at a position. */
export type WriteBytes = (file: FileHandle, bytes: Buffer, position: number) => Promise<void>;

/** By the callback call, which is made a thousand times a second: its promise form costs about twice as much. */
export const writeAll: WriteBytes = ({ fd }, bytes, position) =>
  new Promise((resolve, reject) => {
    const go = (done: number): void => {
      write(fd, bytes, done, bytes.length - done, position + done, (error, count) => {
        if (error) reject(error);
        else if (done + count < bytes.length) go(done + count);
        else resolve();
      });
    };
    go(0);
  });

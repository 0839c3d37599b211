import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Receiver } from '../deliver/receiver.ts';
import { redacted } from '../format/clean.ts';
import { type Format, formatted } from '../format/formats.ts';

/** The file that alerts are appended to, and its format. */
export interface FileOptions {
  readonly path: string;
  /** Default `wolfsec`. */
  readonly format?: Format;
}

/** Appends each message as one line of JSON. The file may be rotated away at any time: it is opened anew each time. */
export function file({ path, format = 'wolfsec' }: FileOptions): Receiver {
  mkdirSync(dirname(path), { recursive: true });
  return {
    async deliver(notification) {
      const lines = [formatted(format, redacted(notification))].flat();
      const handle = await open(path, 'a', 0o600);
      try {
        const { size } = await handle.stat();
        try {
          await handle.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        } catch (error) {
          // Half a line that a full disk left would make one with the next: neither could be read.
          await handle.truncate(size).catch(() => {});
          throw error;
        }
      } finally {
        await handle.close();
      }
    },
  };
}

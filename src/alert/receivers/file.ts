import { mkdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
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
      await appendFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
    },
  };
}

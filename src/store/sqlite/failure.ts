import { WolfsecError, type WolfsecErrorCode } from '../../errors.ts';
import type { Failure } from './protocol.ts';

/** SQLite's primary result codes (https://sqlite.org/rescode.html) and what they mean for a caller. */
const meanings: Record<number, readonly [WolfsecErrorCode, string]> = {
  5: ['WOLFSEC_STORE_UNAVAILABLE', 'another process holds the lock; retry'],
  8: ['WOLFSEC_STORE_UNAVAILABLE', 'the file or its folder is read-only'],
  10: ['WOLFSEC_STORE_UNAVAILABLE', 'reading or writing the file failed; check the disk'],
  11: ['WOLFSEC_STORE_CORRUPT', 'restore a backup, or move the file away to start afresh'],
  13: ['WOLFSEC_STORE_FULL', 'free disk space or raise maxBytes; nothing of this write was stored'],
  14: ['WOLFSEC_STORE_UNAVAILABLE', 'check that the data folder exists and may be written'],
  19: ['WOLFSEC_STORE_CONFLICT', 'a row with this key exists already'],
  26: ['WOLFSEC_STORE_CORRUPT', 'the file is not a SQLite database; give another data folder'],
};

/** Extended codes of a failed write (SQLITE_IOERR_WRITE, _FSYNC, _TRUNCATE, _SHMSIZE): a full disk as a rule. */
const failedWrites = new Set([778, 1034, 1546, 4874]);

/** What the thread reported, as an error for the caller. */
export function sqliteError(path: string, { message, errcode }: Failure): WolfsecError {
  const meaning =
    errcode === undefined ? undefined : meanings[failedWrites.has(errcode) ? 13 : errcode & 0xff];
  const [code, advice] = meaning ?? (['WOLFSEC_STORE_FAILED', undefined] as const);
  return new WolfsecError(code, `${path}: ${message}${advice ? ` (${advice})` : ''}`);
}

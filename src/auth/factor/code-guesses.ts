import { storedCounters } from '../guard/counters.ts';
import { BackOffLimiter } from '../guard/limiter.ts';
import type { RecordStorage } from '../storage/port.ts';

/** Slows down who guesses at the codes of an account: five tries are free, then waits double, up to 15 minutes. */
export const codeGuesses = (storage: RecordStorage, factor: 'recovery' | 'totp') =>
  new BackOffLimiter(
    { free: 5, firstMs: 30_000, longestMs: 900_000, forgetMs: 3_600_000 },
    storedCounters(storage, `auth.guard.${factor}`),
  );

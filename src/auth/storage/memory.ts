import { memoryApiKeys } from './memory-keys.ts';
import { memoryRecords } from './memory-records.ts';
import { memorySessions } from './memory-sessions.ts';
import type { AuthStorage } from './port.ts';

/** Keeps everything in this process: for tests, and for services that may forget their sessions. */
export const memoryStorage = (): AuthStorage => ({
  sessions: memorySessions(),
  apiKeys: memoryApiKeys(),
  records: memoryRecords(),
});

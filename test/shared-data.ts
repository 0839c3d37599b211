import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(process.env.WOLFSEC_SHARED_DATA ?? resolve(import.meta.dirname, '../../shared/data'));

/** The path of a public test corpus that is not part of this repository, or `undefined` where it is absent. */
export function sharedData(path: string): string | undefined {
  const full = resolve(root, path);
  return existsSync(full) ? full : undefined;
}

/** Why a suite over such a corpus is skipped. */
export const withoutSharedData = 'the public corpus is not at hand (set WOLFSEC_SHARED_DATA to its folder)';

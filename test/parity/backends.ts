import { describe } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { backendByName, nativeAvailable } from '../../src/backend/select.ts';

/** Every back end that loads here; the native one is missing where no build is at hand. */
export const backends: readonly Backend[] = nativeAvailable()
  ? [backendByName('native'), backendByName('portable')]
  : [backendByName('portable')];

/** Runs one table of cases against every back end. */
export function describeBackends(name: string, cases: (backend: Backend) => void): void {
  for (const backend of backends) describe(`${name} (${backend.name})`, () => cases(backend));
}

/** Both back ends, for properties that compare them; a suite is skipped with this reason without native. */
export const bothBackends: { native: Backend; portable: Backend } | undefined = nativeAvailable()
  ? { native: backendByName('native'), portable: backendByName('portable') }
  : undefined;

export const withoutNative = 'no native build is at hand, so there is nothing to compare with';

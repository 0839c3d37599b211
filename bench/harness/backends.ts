import type { Backend } from '../../src/backend/backend.ts';
import { backendByName, nativeAvailable } from '../../src/backend/select.ts';

export interface Backends {
  /** Missing where no native build loads; its cases are then left out. */
  readonly native: Backend | undefined;
  readonly portable: Backend;
}

/** Both back ends, side by side. */
export function backends(): Backends {
  return {
    native: nativeAvailable() ? backendByName('native') : undefined,
    portable: backendByName('portable'),
  };
}

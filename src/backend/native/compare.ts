import type { CompareBackend } from '../contract/compare.ts';
import { portableCompare } from '../portable/compare.ts';

/** The addon's functions of this area. */
export interface CompareAddon {
  constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean;
}

/**
 * Up to this many bytes the loop in JavaScript costs less than crossing the boundary: see
 * bench/constant_time_eq.bench.ts.
 */
const HOST_WINS_BYTES = 128;

export const nativeCompare = (addon: CompareAddon): CompareBackend => {
  const compare = addon.constantTimeEqual;
  return {
    constantTimeEqual(a, b) {
      return a.length <= HOST_WINS_BYTES ? portableCompare.constantTimeEqual(a, b) : compare(a, b);
    },
  };
};

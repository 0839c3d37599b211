import type { CompareBackend } from '../contract/compare.ts';

/** The addon's functions of this area. */
export interface CompareAddon {
  constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean;
}

export const nativeCompare = (addon: CompareAddon): CompareBackend => ({
  constantTimeEqual: addon.constantTimeEqual,
});

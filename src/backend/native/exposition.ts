import type { ExpositionBackend } from '../contract/exposition.ts';
import { fromNative } from './error.ts';

/** The addon's functions of this area. */
export interface ExpositionAddon {
  serialiseScrape(
    familyCount: number,
    words: Uint32Array,
    numbers: Float64Array,
    meta: Uint8Array,
    segments: readonly Uint8Array[],
    endMark: boolean,
  ): Promise<Uint8Array>;
}

export const nativeExposition = (addon: ExpositionAddon): ExpositionBackend => ({
  async serialise({ familyCount, words, numbers, meta, segments, endMark }) {
    try {
      return await addon.serialiseScrape(familyCount, words, numbers, meta, segments, endMark);
    } catch (error) {
      throw fromNative(error);
    }
  },
});

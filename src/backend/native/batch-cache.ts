import type { BatchCacheBackend } from '../contract/batch-cache.ts';

declare const held: unique symbol;
interface Handle {
  readonly [held]: 'a batch cache';
}

/** The addon's functions of this area. */
export interface BatchCacheAddon {
  batchCacheCreate(capacity: number): Handle;
  batchCacheGetMany(
    cache: Handle,
    keys: Uint8Array,
    ends: Uint32Array,
    nowMs: number,
    values: Float64Array,
  ): number;
  batchCacheSetMany(
    cache: Handle,
    keys: Uint8Array,
    ends: Uint32Array,
    values: Float64Array,
    expiresMs: number,
  ): void;
  batchCacheSize(cache: Handle): number;
  batchCacheClear(cache: Handle): void;
}

export const nativeBatchCache = (addon: BatchCacheAddon): BatchCacheBackend => ({
  create(capacity) {
    const cache = addon.batchCacheCreate(capacity);
    return {
      getMany: (keys, ends, nowMs, values) => addon.batchCacheGetMany(cache, keys, ends, nowMs, values),
      setMany: (keys, ends, values, expiresMs) =>
        addon.batchCacheSetMany(cache, keys, ends, values, expiresMs),
      clear: () => addon.batchCacheClear(cache),
      get size() {
        return addon.batchCacheSize(cache);
      },
    };
  },
});

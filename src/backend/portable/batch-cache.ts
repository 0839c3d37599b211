import { LRUCache } from 'lru-cache';
import type { BatchCacheBackend } from '../contract/batch-cache.ts';

interface Timed {
  readonly value: number;
  readonly expiresMs: number;
}

export const portableBatchCache: BatchCacheBackend = {
  create(capacity) {
    const entries = new LRUCache<string, Timed>({ max: capacity });
    return {
      getMany(keys, ends, nowMs, values) {
        const packed = Buffer.from(keys.buffer, keys.byteOffset, keys.byteLength);
        let found = 0;
        let start = 0;
        for (let i = 0; i < ends.length; i++) {
          const timed = entries.get(packed.toString('latin1', start, ends[i]!));
          start = ends[i]!;
          const fresh = timed !== undefined && timed.expiresMs > nowMs;
          values[i] = fresh ? timed.value : Number.NaN;
          if (fresh) found++;
        }
        return found;
      },
      setMany(keys, ends, values, expiresMs) {
        const packed = Buffer.from(keys.buffer, keys.byteOffset, keys.byteLength);
        let start = 0;
        for (let i = 0; i < ends.length; i++) {
          entries.set(packed.toString('latin1', start, ends[i]!), { value: values[i]!, expiresMs });
          start = ends[i]!;
        }
      },
      clear: () => entries.clear(),
      get size() {
        return entries.size;
      },
    };
  },
};

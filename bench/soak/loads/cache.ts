import { reputationCache } from '../../../src/cache/index.ts';
import type { Load } from '../load.ts';

/** Look-ups of ever-new and of repeated addresses in a cache that is full. */
export const cacheLoad: Load = {
  name: 'cache',
  async start() {
    const cache = reputationCache(async (key: string) => (key.endsWith('7') ? { risk: 80 } : undefined), {
      maxEntries: 5_000,
    });
    for (let i = 0; i < 5_000; i++) cache.put(`filler-${i}`, undefined);
    return {
      step: (i) => cache.lookup(`198.51.${(i >> 8) & 255}.${i & 255}-${i % 3 === 0 ? i : i & 1023}`),
      stop: () => cache[Symbol.dispose](),
    };
  },
};

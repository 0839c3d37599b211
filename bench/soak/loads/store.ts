import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../src/store/index.ts';
import type { Load } from '../load.ts';

/** Rows written, read and overwritten in an embedded database on disk. */
export const storeLoad: Load = {
  name: 'store',
  async start() {
    const folder = mkdtempSync(join(tmpdir(), 'wolfsec-soak-'));
    const store = await openStore({ dataFolder: folder });
    return {
      async step(i) {
        if (i % 8 !== 0) return;
        const key = `key-${i & 1023}`;
        await store.records.put('soak', key, { i }, { nowMs: Date.now() });
        await store.records.get('soak', key, Date.now());
      },
      async stop() {
        await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

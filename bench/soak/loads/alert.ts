import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlertManager } from '../../../src/alert/index.ts';
import type { Load } from '../load.ts';

/** Detections that group, repeat and resolve, on a disk of their own. */
export const alertLoad: Load = {
  name: 'alert',
  async start() {
    const dataFolder = mkdtempSync(join(tmpdir(), 'wolfsec-soak-'));
    const manager = await AlertManager.open({
      dataFolder,
      receivers: { receiver: { deliver: async () => {} } },
      delivery: {},
      // What fills up to a bound within days is full within the warm-up: a leak is what goes on after it.
      maxSeen: 256,
      route: { receiver: 'receiver', groupIntervalMs: 2_000 },
    });
    return {
      async step(i) {
        if (i % 64 !== 0) return;
        const { alerts } = await manager.raise({
          kind: 'rule',
          ruleId: `soak-${i % 7}`,
          title: 'Soak',
          level: 'medium',
          tags: [],
          matched: [{ field: 'i', value: String(i) }],
          eventTimeMs: Date.now(),
          event: { index: 0, source: 'soak', line: i + 1 },
          entities: { host: `host-${i % 50}` },
        });
        if (i % 512 === 0) for (const { id } of alerts) await manager.resolve(id, 'soak');
      },
      async stop() {
        await manager.close();
        rmSync(dataFolder, { recursive: true, force: true });
      },
    };
  },
};

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlertManager } from '../../alert/index.ts';
import type { Detection } from '../../detect/index.ts';
import { type Probe, p99 } from './probe.ts';

/** From a detection to the alert, kept on disk in the outbox: a new one each time, among many open ones. */
export const alertProbe: Probe = {
  name: 'alerts',
  async run(budgetMs) {
    const dataFolder = mkdtempSync(join(tmpdir(), 'wolfsec-doctor-'));
    try {
      const delivered = { deliver: async () => {} };
      const manager = await AlertManager.open({ dataFolder, receivers: { delivered } });
      let i = 0;
      const raise = async () => {
        const { alerts } = await manager.raise(detection(i++));
        // An entity that gathers much risk raises one more.
        if (alerts.length === 0) throw new Error('a detection raised no alert');
      };
      const figures = { alertP99: await p99(budgetMs, raise) };
      await manager.close();
      return figures;
    } finally {
      rmSync(dataFolder, { recursive: true, force: true });
    }
  },
};

const detection = (i: number): Detection => ({
  kind: 'rule',
  ruleId: `00000000-0000-4000-8000-${String(i % 64).padStart(12, '0')}`,
  title: `Probe ${i % 64}`,
  level: i % 8 === 0 ? 'high' : 'medium',
  tags: ['attack.t1059'],
  matched: [{ field: 'CommandLine', value: `probe ${i}` }],
  eventTimeMs: Date.now(),
  event: { index: i, source: 'probe', line: i + 1 },
  entities: { host: `host-${i % 500}`, user: `user-${i % 50}` },
});

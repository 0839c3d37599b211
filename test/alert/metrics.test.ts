import { expect, test } from 'vitest';
import { AlertManager, observeAlerts } from '../../src/alert/index.ts';
import { Registry } from '../../src/metrics/index.ts';
import { observePool, openStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../store/stores.ts';
import { detection } from './samples.ts';

test('figures of alerts and of the pool show in a scrape', async () => {
  const folder = temporaryFolder();
  const registry = new Registry();
  const store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
  const manager = await AlertManager.open({
    dataFolder: folder.path,
    store,
    receivers: { team: { deliver: async () => {} } },
  });
  observeAlerts(manager, registry);
  const end = observePool(store, registry);
  await manager.raiseAll([detection(1), detection(2), detection(1)]);
  await manager.flush();
  const scrape = async () => Buffer.from(await registry.expose()).toString();
  await scrape();
  const text = await scrape();
  expect(text).toMatch(/^wolfsec_alerts_open 2$/m);
  expect(text).toMatch(/^wolfsec_alerts_raised_total 2$/m);
  expect(text).toMatch(/^wolfsec_alerts_duplicates_total 1$/m);
  expect(text).toMatch(/^wolfsec_alerts_receiver_up\{receiver="team"\} 1$/m);
  expect(text).toMatch(/^wolfsec_store_pool_connections_limit\{pool="sqlite"\} 1$/m);
  expect(text).toMatch(/^wolfsec_store_pool_connections\{pool="sqlite",state="busy"\} [01]$/m);
  expect(text).toMatch(/^wolfsec_store_pool_acquisitions_total\{pool="sqlite"\} [1-9]/m);
  end();
  await manager.close();
  await store.close();
  folder.remove();
});

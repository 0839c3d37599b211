import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openBroker } from '../../src/broker/index.ts';
import { readConfig } from '../../src/server/index.ts';
import { openWorker } from '../../src/server/worker.ts';
import { attack, ndjson, whoamiRule } from '../pipeline/rules.ts';
import { ask } from '../server/send.ts';
import { freePort, OwnServer, withoutNats } from './brokers.ts';

describe.skipIf(withoutNats)(
  `one worker over NATS, with the embedded store (${withoutNats ?? 'its own'})`,
  () => {
    test('tells its health and figures, and takes new rules when they are announced', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'wolfsec-worker-'));
      const nats = await OwnServer.nats();
      const rules = join(folder, 'rules.yml');
      writeFileSync(rules, whoamiRule.text);
      const workerPort = await freePort();
      const url = `http://127.0.0.1:${workerPort}`;
      const flags = {
        source: nats.url,
        data: folder,
        rules: [rules],
        workerPort,
        partitions: 2,
        leaseMs: 500,
      };
      const service = await openWorker({ config: readConfig({ flags }), rules: [] });
      const sender = await openBroker(nats.url, { partitions: 2 });
      const publish = (id: string) =>
        sender.publish('events', [{ id: `${id}#1`, data: ndjson([attack(id.length)]) }]);
      try {
        expect(await ask(url, '/healthz')).toMatchObject({ status: 200 });
        expect(await ask(url, '/readyz')).toMatchObject({ status: 200, body: 'ready\n' });
        expect(await ask(url, '/other')).toMatchObject({ status: 404 });
        await publish('a');
        await vi.waitFor(async () => expect(await service.store.threats.count({})).toBe(1), 20_000);
        await vi.waitFor(async () => {
          const { body } = await ask(url, '/metrics');
          expect(body).toMatch(/^wolfsec_fleet_held_tasks 3$/m);
          expect(body).toMatch(/^wolfsec_pipeline_events_total\{source="nats"\} 1$/m);
        }, 20_000);

        writeFileSync(rules, whoamiRule.text.replace('contains: whoami', 'contains: notepad'));
        const before = service.worker.rulesVersion;
        const version = await service.reload();
        expect(version).not.toBe(before);
        await vi.waitFor(() => expect(service.worker.rulesVersion).toBe(version), 20_000);
        await publish('bb');
        await vi.waitFor(async () => {
          const { body: figures } = await ask(url, '/metrics');
          expect(figures).toMatch(/^wolfsec_pipeline_events_total\{source="nats"\} 2$/m);
        }, 20_000);
        expect(await service.store.threats.count({})).toBe(1);

        await nats.kill();
        await vi.waitFor(async () => {
          expect(await ask(url, '/readyz')).toMatchObject({ status: 503, body: 'the broker is away\n' });
        }, 20_000);
        await nats.start();
        await vi.waitFor(async () => expect((await ask(url, '/readyz')).status).toBe(200), 20_000);
      } finally {
        await sender.close();
        await service.close();
        await nats.remove();
        rmSync(folder, { recursive: true, force: true });
      }
    }, 90_000);
  },
);

import { expect, test } from 'vitest';
import { AlertManager } from '../../src/alert/index.ts';
import { HttpGuard } from '../../src/http/index.ts';
import { Registry } from '../../src/metrics/index.ts';
import { Reputation } from '../../src/reputation/index.ts';
import { openStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../store/stores.ts';

// From the request through the guard to the alert at the receiver and in the store, and to the scrape.
test('detections of requests become alerts, stored and counted', async () => {
  const folder = temporaryFolder();
  const store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
  const delivered: string[] = [];
  const manager = await AlertManager.open({
    dataFolder: folder.path,
    store,
    receivers: {
      team: {
        deliver: async (notice) => {
          delivered.push(JSON.stringify(notice));
        },
      },
    },
  });
  const registry = new Registry();
  const raised: Promise<unknown>[] = [];
  const guard = new HttpGuard({
    mode: 'block',
    registry,
    onDetection: (detections) => raised.push(manager.raiseAll(detections)),
  });
  const request = (url: string) => ({
    method: 'GET',
    url,
    rawHeaders: ['user-agent', 'probe/1.0'],
    remoteAddress: '192.0.2.7',
  });
  for (const url of ['/items?id=1%27%20or%20%271%27=%271', '/items?id=2']) {
    const admission = await guard.admit(request(url));
    guard.inspect(request(url), admission);
  }
  await Promise.all(raised);
  await manager.flush();
  const alert = manager.alerts().find((one) => one.ruleId.startsWith('sqli-'));
  expect(alert).toMatchObject({ entities: { 'source.ip': '192.0.2.7' } });
  expect(await store.alerts.get((alert as { id: string }).id)).toMatchObject({ ruleId: alert?.ruleId });
  expect(delivered.join()).toContain(alert?.ruleId);
  const text = Buffer.from(await registry.expose()).toString();
  expect(text).toMatch(/^wolfsec_http_requests_total\{action="block",reason="attack"\} 1$/m);
  expect(text).toMatch(/^wolfsec_http_requests_total\{action="pass",reason="none"\} 1$/m);
  expect(text).toMatch(/^wolfsec_http_inspection_duration_seconds_count 2$/m);
  await manager.close();
  await store.close();
  folder.remove();
});

test('an address of bad reputation is refused, another passes with its score', async () => {
  const reputation = new Reputation();
  await reputation.load({ name: 'bots', text: '192.0.2.7\n', category: 'botnet', score: 90 });
  await reputation.load({ name: 'doubtful', text: '192.0.2.8\n', category: 'spam', score: 30 });
  const admit = async (guard: HttpGuard, remoteAddress: string) =>
    (await guard.admit({ method: 'GET', url: '/', rawHeaders: [], remoteAddress })).decision;
  const guard = new HttpGuard({ mode: 'block', reputation });
  expect(await admit(guard, '192.0.2.7')).toMatchObject({ action: 'block', reason: 'reputation', risk: 72 });
  expect(await admit(guard, '192.0.2.8')).toMatchObject({ action: 'pass', risk: 24 });
  expect(await admit(guard, 'unknown')).not.toHaveProperty('risk');
  const strict = new HttpGuard({ reputation, maxRisk: 20 });
  expect(await admit(strict, '192.0.2.8')).toMatchObject({ action: 'pass', reason: 'reputation' });
  expect(() => new HttpGuard({ maxRisk: 0 })).toThrow('maxRisk');
});

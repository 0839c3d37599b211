import { expect, test, vi } from 'vitest';
import type { Service } from '../../src/server/index.ts';
import { attack, ndjson, whoamiRule } from '../pipeline/rules.ts';
import { withService } from './running.ts';
import { ask, send } from './send.ts';

const json = { 'content-type': 'application/json' };
const ruleId = '6a2b5ed5-5f4f-4c5c-9f0e-8f6a4c8f0c11';

const post = (service: Service, path: string, body: object) =>
  send(service.url, path, Buffer.from(JSON.stringify(body)), json);

/** Sends events of now and waits until alerts and counts have them. */
async function raise(service: Service, ...events: object[]): Promise<void> {
  const now = new Date().toISOString();
  const answer = await send(
    service.url,
    '/v1/events',
    ndjson(events.map((one) => ({ '@timestamp': now, ...one }))),
  );
  expect(answer).toMatchObject({ status: 200 });
  await service.alerts.flush();
}

const from = (sourceIp: string, n = 0) => ({ ...attack(n), 'source.ip': sourceIp });

test('the overview counts open alerts by level and by rule, with timeline, sources and hosts', () =>
  withService({}, async (service) => {
    await raise(service, from('192.0.2.1', 1), from('192.0.2.1', 2), from('192.0.2.9', 2));
    const { body } = await ask(service.url, '/v1/overview?hours=1');
    expect(body.counts).toEqual([{ level: 'high', status: 'open', count: 3 }]);
    expect(body.groups).toMatchObject([{ ruleId, title: 'Whoami', level: 'high', alerts: 3, detections: 3 }]);
    expect(body.recent).toHaveLength(3);
    expect(body.recent[0].sample).toBeUndefined();
    expect(body.sources).toMatchObject([
      { value: '192.0.2.1', count: 2 },
      { value: '192.0.2.9', count: 1 },
    ]);
    expect(body.hosts).toMatchObject([{ value: 'host-2', count: 2 }, { value: 'host-1' }]);
    const counted = body.timeline.points.reduce(
      (sum: number, { count }: { count: number }) => sum + count,
      0,
    );
    expect(counted).toBe(3);
    expect(body.timeline.stepMs % 60_000).toBe(0);
    for (const query of ['hours=0', 'hours=721', 'hours=a', 'days=1']) {
      expect(await ask(service.url, `/v1/overview?${query}`)).toMatchObject({ status: 400 });
    }
  }));

test('an alert comes with the event as it came, what matched, its rule, and what else happened', () =>
  withService({}, async (service) => {
    await raise(service, from('192.0.2.1', 1), from('192.0.2.1', 2));
    const [alert] = (await ask(service.url, '/v1/alerts?host=host-1')).body.alerts;
    const { body } = await ask(service.url, `/v1/alerts/${alert.id}/context`);
    expect(JSON.parse(body.event.body)).toMatchObject(attack(1));
    expect(body.event).toMatchObject({ cut: false, line: 1 });
    expect(body.matched).toEqual([{ field: 'CommandLine', value: 'whoami /all 1' }]);
    expect(body.rule).toMatchObject({ id: ruleId, title: 'Whoami', source: whoamiRule.text.trim() });
    expect(body.related).toMatchObject([{ entities: { 'host.name': 'host-2' } }]);
    expect(body.timelines.map(({ entity, value }: Record<string, string>) => [entity, value])).toEqual([
      ['host.name', 'host-1'],
      ['source.ip', '192.0.2.1'],
    ]);
    const total = body.timelines[1].timeline.points.reduce(
      (sum: number, one: { count: number }) => sum + one.count,
      0,
    );
    expect(total).toBe(2);
    expect(await ask(service.url, '/v1/alerts/none/context')).toMatchObject({ status: 404 });
    expect((await ask(service.url, `/v1/rules/${ruleId}`)).body).toMatchObject({ level: 'high' });
    expect(await ask(service.url, '/v1/rules/none')).toMatchObject({ status: 404 });
  }));

test('several alerts are acknowledged and resolved together, and who did it is written down', () =>
  withService({}, async (service) => {
    await raise(service, attack(1), attack(2), attack(3));
    const ids = (await ask(service.url, '/v1/alerts')).body.alerts.map(({ id }: { id: string }) => id);
    const answer = await post(service, '/v1/alerts/acknowledge', { ids: [...ids, 'none'], note: 'known' });
    expect(answer.body.changed.sort()).toEqual(ids.sort());
    expect((await post(service, '/v1/alerts/resolve', { ids: ids.slice(0, 1) })).body).toEqual({
      changed: ids.slice(0, 1),
    });
    await service.alerts.flush();
    const left = (await ask(service.url, '/v1/alerts?status=acknowledged&text=WHO')).body.alerts;
    expect(left).toHaveLength(2);
    expect((await ask(service.url, '/v1/alerts?text=nothing')).body.alerts).toEqual([]);
    const audit = await service.store.audit.list();
    expect(audit.filter(({ action }) => action === 'alert.acknowledge')).toHaveLength(3);
    expect(audit[0]).toMatchObject({ actor: 'local', action: 'alert.resolve' });
    expect(await post(service, '/v1/alerts/acknowledge', { ids: [] })).toMatchObject({ status: 400 });
  }));

test('silences are made, listed and ended; a silenced alert says so', () =>
  withService({}, async (service) => {
    const made = await post(service, '/v1/silences', {
      matchers: [{ label: 'host.name', value: 'host-1' }],
      minutes: 30,
      comment: 'maintenance',
    });
    expect(made).toMatchObject({ status: 201, body: { createdBy: 'local', comment: 'maintenance' } });
    await raise(service, attack(1), attack(2));
    const suppressed = (await ask(service.url, '/v1/alerts?suppressed=true')).body.alerts;
    expect(suppressed).toMatchObject([{ suppressedBy: `silence:${made.body.id}` }]);
    expect((await ask(service.url, '/v1/alerts?suppressed=false')).body.alerts).toHaveLength(1);
    expect((await ask(service.url, '/v1/silences')).body.silences).toHaveLength(1);
    const end = () => ask(service.url, `/v1/silences/${made.body.id}`, { method: 'DELETE' });
    expect((await end()).status).toBe(204);
    expect((await end()).status).toBe(404);
    for (const body of [
      { matchers: [], minutes: 5 },
      { matchers: [{ label: 'a', op: '=~', value: '(' }], minutes: 5 },
      { matchers: [{ label: 'a', value: 'b' }], minutes: 0 },
    ]) {
      expect(await post(service, '/v1/silences', body)).toMatchObject({ status: 400 });
    }
  }));

test('an entry of the allow-list ends when it says, and those added at once all hold', () =>
  withService({}, async (service) => {
    const { reputation } = service.context;
    const added = await Promise.all([
      post(service, '/v1/allow-list', { indicator: '192.0.2.1', days: 0.5 / 86_400 }),
      ...[2, 3, 4].map((n) => post(service, '/v1/allow-list', { indicator: `192.0.2.${n}` })),
    ]);
    expect(added.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const allowed = () =>
      [1, 2, 3, 4].filter((n) => reputation.check(`192.0.2.${n}`).allowedBy !== undefined);
    expect(allowed()).toEqual([1, 2, 3, 4]);
    await vi.waitFor(() => expect(allowed()).toEqual([2, 3, 4]), 5_000);
  }));

test('what is no prefix is refused by the allow-list, and one that is there already costs nobody their place', () =>
  withService({}, async (service) => {
    for (const indicator of [
      '192.0.2.0/33',
      '2001:db8::/129',
      '192.0.2.0/024',
      'fe80::1%eth0',
      'fe80::%1/64',
    ])
      expect(await post(service, '/v1/allow-list', { indicator })).toMatchObject({ status: 400 });
    const { store, context } = service;
    const at = { score: 0, confidence: 1, category: '', updatedMs: Date.now() };
    await store.reputation.put([{ ...at, kind: 'ip', indicator: '192.0.2.0/33', origin: 'allow' }]);
    expect(await post(service, '/v1/allow-list', { indicator: '192.0.2.1' })).toMatchObject({ status: 201 });
    expect(context.reputation.check('192.0.2.1').allowedBy).toBe('allow-list');
  }));

test('what is on the allow-list raises no alert, and is found by reputation', () =>
  withService({}, async (service) => {
    const added = await post(service, '/v1/allow-list', {
      indicator: '192.0.2.0/28',
      comment: 'our scanner',
    });
    expect(added).toMatchObject({ status: 201, body: { kind: 'ip', indicator: '192.0.2.0/28' } });
    await raise(service, from('192.0.2.5', 1), from('198.51.100.7', 2));
    expect((await ask(service.url, '/v1/alerts')).body.alerts).toMatchObject([
      { entities: { 'source.ip': '198.51.100.7' } },
    ]);
    // Stored all the same: nothing is lost by allowing too much.
    expect((await ask(service.url, '/v1/detections')).body.detections).toHaveLength(2);
    expect((await ask(service.url, '/v1/reputation?indicator=192.0.2.5')).body).toMatchObject({
      score: 0,
      allowedBy: 'allow-list',
    });
    const bad = (await ask(service.url, '/v1/reputation?indicator=198.51.100.7')).body;
    expect(bad.sources).toMatchObject([{ name: 'learned' }]);
    expect(bad.score).toBeGreaterThan(10);
    expect((await ask(service.url, '/v1/reputation/summary')).body.learned).toMatchObject([
      { indicator: '198.51.100.7' },
    ]);
    expect((await ask(service.url, '/v1/allow-list')).body.entries).toHaveLength(1);
    const remove = () => ask(service.url, '/v1/allow-list?indicator=192.0.2.0%2F28', { method: 'DELETE' });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
    await raise(service, from('192.0.2.5', 3));
    expect((await ask(service.url, '/v1/alerts')).body.alerts).toHaveLength(2);
    expect(await post(service, '/v1/allow-list', { indicator: 'no such thing' })).toMatchObject({
      status: 400,
    });
    expect(await ask(service.url, '/v1/reputation?indicator=%20')).toMatchObject({ status: 400 });
  }));

test('ATT&CK counts, rules with hits and measured costs, and the figures of the engine', () =>
  withService({}, async (service) => {
    await raise(service, attack(1), attack(2));
    expect((await ask(service.url, '/v1/attack')).body).toMatchObject({
      techniques: [{ id: 'T1033', count: 2 }],
      covered: [{ id: 'T1033', rules: 1 }],
    });
    // Asking has them measured, in the background.
    let cost: number | undefined;
    for (let tries = 0; cost === undefined && tries < 200; tries++) {
      const { rules } = (await ask(service.url, '/v1/rules?hours=1')).body;
      expect(rules).toMatchObject([{ id: ruleId, hits: 2, kind: 'detection' }]);
      cost = rules[0].costNs;
      await new Promise((done) => setTimeout(done, 25));
    }
    expect(cost).toBeGreaterThanOrEqual(0);
    let figures = (await ask(service.url, '/v1/engine')).body.figures;
    for (let tries = 0; figures.totals.events === 0 && tries < 200; tries++) {
      await new Promise((done) => setTimeout(done, 50));
      figures = (await ask(service.url, '/v1/engine')).body.figures;
    }
    expect(figures).toMatchObject({
      totals: { events: 2, detections: 2 },
      alerts: { open: 2 },
      errorRatio: 0,
    });
    expect(figures.latencyMs.p99).toBeGreaterThanOrEqual(figures.latencyMs.p50);
    expect(figures.rssBytes).toBeGreaterThan(1e6);
    const { history, store } = (await ask(service.url, '/v1/engine?seconds=5')).body;
    expect(store).toBe('sqlite');
    expect(history.rows[0]).toHaveLength(history.columns.length);
  }));

test('whoever asks after a change finds it, however soon', () =>
  withService({}, async (service) => {
    const open = async () => {
      const { counts } = (await ask(service.url, '/v1/overview?hours=1')).body;
      return counts.find(({ status }: { status: string }) => status === 'open')?.count ?? 0;
    };
    expect(await open()).toBe(0);
    await raise(service, attack(1), attack(2));
    expect(await open()).toBe(2);
    const [{ id }] = (await ask(service.url, '/v1/alerts')).body.alerts;
    await post(service, `/v1/alerts/${id}/acknowledge`, {});
    expect((await ask(service.url, '/v1/alerts?status=open')).body.alerts).toHaveLength(1);
    expect(await Promise.all([open(), open()])).toEqual([1, 1]);
  }));

test('numbers that are none are refused, and pages go on before the year 1970', () =>
  withService({}, async (service) => {
    const numbers = ['1e400', '-1e400', '99999999999999999999', 'NaN', '-1'];
    const paths = [
      'alerts?from',
      'alerts?limit',
      'detections?to',
      'detections?before',
      'overview?hours',
      'rules?hours',
    ];
    for (const path of [...paths, 'attack?hours', 'engine?seconds'])
      for (const number of numbers)
        expect((await ask(service.url, `/v1/${path}=${number}`)).status, `${path}=${number}`).toBe(400);
    const old = [3, 4].map((n) => ({ ...attack(n), '@timestamp': `000${n}-01-01T00:00:00Z` }));
    await send(service.url, '/v1/events', ndjson(old));
    await service.alerts.flush();
    const first = (await ask(service.url, '/v1/alerts?limit=1')).body;
    const second = await ask(service.url, `/v1/alerts?limit=1&before=${first.next}`);
    expect(second).toMatchObject({
      status: 200,
      body: { alerts: [{ entities: { 'host.name': 'host-3' } }] },
    });
  }));

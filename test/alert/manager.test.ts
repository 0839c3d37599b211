import { afterEach, beforeEach, expect, test } from 'vitest';
import { Breaker } from '../../src/alert/deliver/breaker.ts';
import {
  AlertManager,
  type AlertManagerOptions,
  type Notification,
  parseMatcher,
  type Receiver,
  threatOf,
} from '../../src/alert/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { temporaryFolder } from '../store/stores.ts';
import { detection, startMs } from './samples.ts';

let folder: ReturnType<typeof temporaryFolder>;
let nowMs = startMs;
let told: Notification[] = [];
let store: Store;
let manager: AlertManager;

const receiver: Receiver = {
  async deliver(notification) {
    told.push(notification);
  },
};

async function open(options: Partial<AlertManagerOptions> = {}): Promise<AlertManager> {
  manager = await AlertManager.open({
    dataFolder: folder.path,
    store,
    receivers: { team: receiver },
    tickMs: false,
    storeEveryMs: 0,
    now: () => nowMs,
    journal: { segmentBytes: 256 * 1024 },
    risk: { threshold: Number.POSITIVE_INFINITY },
    ...options,
  });
  return manager;
}

/** Lets time pass, and everything that it brings about be delivered. */
async function after(ms: number): Promise<void> {
  nowMs += ms;
  await manager.tick();
  await manager.flush();
}

beforeEach(async () => {
  folder = temporaryFolder();
  nowMs = startMs;
  told = [];
  store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
});
afterEach(async () => {
  await manager.close();
  await store.close();
  folder.remove();
});

test('those who watch are told once the store has it', async () => {
  const found: (string | undefined)[] = [];
  const asked: Promise<void>[] = [];
  await open({
    storeEveryMs: 50,
    onChanged: (ids) => {
      for (const id of ids) asked.push(store.alerts.get(id).then((alert) => void found.push(alert?.status)));
    },
  });
  await manager.raise(detection(1));
  const [open1] = await manager.stored().then(() => store.alerts.list({}));
  await manager.acknowledge(open1?.id as string, 'ann');
  await manager.stored();
  await Promise.all(asked);
  expect(found).toEqual(['open', 'acknowledged']);
});

const minutes = (n: number) => n * 60_000;
const reasons = () =>
  told.map(({ reason, alertCount, detectionCount }) => [reason, alertCount, detectionCount]);

test('the first alert of a group goes out at once, the rest are counted', async () => {
  await open();
  for (let n = 0; n < 5; n++) await manager.raise(detection(n % 2, { event: { index: n, id: `e${n}` } }));
  await manager.flush();
  expect(reasons()).toEqual([['first', 1, 1]]);
  await after(minutes(4));
  expect(told).toHaveLength(1);
  await after(minutes(1));
  expect(reasons()).toEqual([
    ['first', 1, 1],
    ['update', 2, 5],
  ]);
  expect(told[1]!.groupId).toBe(told[0]!.groupId);
  expect(told[1]!.key).not.toBe(told[0]!.key);
  expect(await store.alerts.counts()).toEqual([{ level: 'high', status: 'open', count: 2 }]);
});

test('a detection that comes again is not counted again', async () => {
  await open();
  expect((await manager.raise(detection(1))).counted).toBe(1);
  expect((await manager.raise(detection(1))).counted).toBe(0);
  expect((await manager.raiseAll([detection(2), detection(2), detection(1)])).counted).toBe(1);
  expect(manager.figures()).toMatchObject({ raised: 2, duplicates: 3, open: 2 });
  expect((await manager.raise(detection(3, { level: 'informational' }))).counted).toBe(0);
});

test('acknowledge stops updates, resolve ends it and is told, the next one opens anew', async () => {
  await open();
  const [alert] = (await manager.raise(detection(1))).alerts;
  await manager.flush();
  expect(await manager.acknowledge(alert!.id, 'ann', 'on it')).toMatchObject({
    status: 'acknowledged',
    changedBy: 'ann',
    note: 'on it',
  });
  expect(await manager.acknowledge(alert!.id, 'bob')).toBeUndefined();
  await manager.raise(detection(1, { event: { index: 0, id: 'later' } }));
  await after(minutes(20));
  expect(reasons()).toEqual([['first', 1, 1]]);
  expect(await manager.resolve(alert!.id, 'ann')).toMatchObject({ status: 'resolved', count: 2 });
  await manager.flush();
  expect(reasons().at(-1)).toEqual(['resolved', 1, 2]);
  expect(await store.alerts.get(alert!.id)).toMatchObject({ status: 'resolved', count: 2 });
  await after(1);
  const [next] = (await manager.raise(detection(1, { event: { index: 0, id: 'much later' } }))).alerts;
  expect(next!.id).not.toBe(alert!.id);
});

test('a group of which one alert has ended is not told of as resolved', async () => {
  await open();
  const [first] = (await manager.raiseAll([detection(1), detection(2)])).alerts;
  await after(minutes(5));
  await manager.resolve(first!.id, 'ann');
  await after(minutes(5));
  expect(told.map(({ reason, status, alertCount }) => [reason, status, alertCount])).toEqual([
    ['first', 'firing', 1],
    ['update', 'firing', 1],
    ['update', 'firing', 1],
  ]);
  expect(told[2]!.alerts).toMatchObject([{ id: first!.id, status: 'resolved' }]);
  await after(minutes(60));
  expect(told.at(-1)).toMatchObject({ reason: 'resolved', status: 'resolved', alertCount: 1 });
});

test('what goes quiet is resolved; what stays open is told again', async () => {
  await open({ route: { receiver: 'team', repeatIntervalMs: minutes(30) }, resolveAfterMs: minutes(60) });
  await manager.raise(detection(1));
  await manager.flush();
  await after(minutes(30));
  await after(minutes(29));
  await after(minutes(1));
  await after(minutes(5));
  expect(told.map(({ reason }) => reason)).toEqual(['first', 'repeat', 'resolved']);
});

test('a label that no alert has is empty, whatever its name', async () => {
  await open({ route: { receiver: 'team', groupBy: ['constructor'] }, fingerprintBy: ['toString'] });
  await manager.silence({
    matchers: ['constructor=~".+"', 'valueOf!=""'],
    endsMs: startMs + 60_000,
    createdBy: 'x',
  });
  await manager.raiseAll([detection(1), detection(2)]);
  await manager.flush();
  expect(manager.figures()).toMatchObject({ open: 1, suppressed: 0 });
  expect(told.map(({ labels }) => labels)).toEqual([{ constructor: '' }]);
});

test('a matcher is read in one pass, blanks and all', () => {
  const blanks = ' '.repeat(100_000);
  for (const bad of [`a=${blanks}"x`, `a=${blanks}x"`, `a${blanks}x`, `${blanks}"`, 'a="b"c', '=b', 'a'])
    expect(() => parseMatcher(bad)).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
  expect(parseMatcher(' a.b != " c\\"d " ')).toEqual({ label: 'a.b', op: '!=', value: ' c"d ' });
  expect(parseMatcher('a=~  b c  ')).toEqual({ label: 'a', op: '=~', value: 'b c' });
  expect(parseMatcher('a=')).toEqual({ label: 'a', op: '=', value: '' });
});

test('a clock that is set back holds nothing up', async () => {
  const breaker = new Breaker({ failures: 1, openMs: 1_000 });
  breaker.failed(nowMs);
  expect(breaker.remainingMs(nowMs - 86_400_000)).toBe(1_000);
  await open({
    route: { receiver: 'team', throttle: { notifications: 1, perMs: minutes(1) } },
    escalate: [{ count: 3, withinMs: minutes(1), level: 'critical' }],
    risk: { halfLifeMs: minutes(60) },
  });
  const raise = (id: string) => manager.raise(detection(1, { event: { index: 1, id } }));
  await raise('a');
  await raise('b');
  await after(minutes(1));
  await after(-86_400_000);
  const matchers = [{ label: 'rule', op: '=', value: 'x' }];
  const silence = {
    id: 's',
    matchers,
    startsMs: nowMs,
    endsMs: nowMs + minutes(9),
    createdBy: 'x',
    comment: '',
  };
  await store.records.put('silences', 's', silence, { nowMs, expiresMs: silence.endsMs });
  // Two minutes after the window of the first two is over.
  await raise('c');
  await after(minutes(1));
  expect(manager.silences()).toMatchObject([{ id: 's' }]);
  await after(minutes(4));
  await after(minutes(1));
  expect(told.map(({ reason, level }) => [reason, level])).toEqual([
    ['first', 'high'],
    ['update', 'high'],
  ]);
  nowMs += minutes(54);
  expect(manager.riskOf('user:user-1')).toBeCloseTo(30, 0);
  await after(0);
  expect(told.at(-1)).toMatchObject({ reason: 'resolved' });
});

test('silences hold back and let go', async () => {
  await open();
  await expect(manager.silence({ matchers: ['a~b'], endsMs: 1, createdBy: 'x' })).rejects.toMatchObject({
    code: 'WOLFSEC_INVALID_ARGUMENT',
  });
  await expect(
    manager.silence({ matchers: ['user.name=~"("'], endsMs: nowMs + 1, createdBy: 'x' }),
  ).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_ARGUMENT' });
  const silence = await manager.silence({
    matchers: ['user.name=~"user-[12]"', 'level=high'],
    endsMs: nowMs + minutes(10),
    createdBy: 'ann',
    comment: 'test',
  });
  expect((await manager.raise(detection(1))).alerts[0]!.suppressedBy).toBe(`silence:${silence.id}`);
  await manager.flush();
  expect(told).toEqual([]);
  // Another alert of the group, not silenced, is its first.
  await manager.raise(detection(3));
  await manager.flush();
  expect(reasons()).toEqual([['first', 1, 1]]);
  await after(minutes(10));
  expect(reasons().at(-1)).toEqual(['update', 1, 1]);
  expect(manager.silences()).toEqual([]);
});

test('an open alert inhibits those below it', async () => {
  await open({
    route: { receiver: 'team', groupBy: ['rule'] },
    inhibit: [{ source: ['rule=down'], target: ['level=~"low|medium"'], equal: ['host.name'] }],
  });
  const [down] = (await manager.raise(detection(0, { ruleId: 'down' }))).alerts;
  const { alerts } = await manager.raise(detection(1, { ruleId: 'slow', level: 'low' }));
  expect(alerts[0]!.suppressedBy).toBe(`alert:${down!.id}`);
  await manager.raise(detection(2, { ruleId: 'slow', level: 'low', entities: { 'host.name': 'other' } }));
  await manager.flush();
  expect(told.map(({ labels, alerts: [first] }) => [labels.rule, first!.entities['host.name']])).toEqual([
    ['down', 'web'],
    ['slow', 'other'],
  ]);
  await manager.resolve(down!.id, 'ann');
  await after(minutes(5));
  expect(told.at(-1)).toMatchObject({ labels: { rule: 'slow' }, reason: 'update', alertCount: 1 });
});

test('routes, with inheritance and continue', async () => {
  const byName: Record<string, string[]> = {};
  const named = (name: string): Receiver => ({
    async deliver({ alerts }) {
      byName[name] = [...(byName[name] ?? []), alerts[0]!.ruleId];
    },
  });
  await open({
    receivers: { all: named('all'), pager: named('pager'), db: named('db') },
    route: {
      receiver: 'all',
      routes: [
        { match: ['level=critical'], receiver: 'pager', continue: true },
        { match: ['host.name=~"db.*"'], receiver: 'db', routes: [{ match: ['rule=x'], receiver: 'pager' }] },
      ],
    },
  });
  const on = (n: number, ruleId: string, host: string, level: 'critical' | 'high') =>
    detection(n, { ruleId, level, entities: { 'host.name': host } });
  await manager.raise(on(0, 'a', 'web', 'high'));
  await manager.raise(on(1, 'b', 'web', 'critical'));
  await manager.raise(on(2, 'c', 'db1', 'critical'));
  await manager.raise(on(3, 'x', 'db1', 'high'));
  await manager.flush();
  expect(byName).toEqual({ all: ['a'], pager: ['b', 'c', 'x'], db: ['c'] });
  await expect(
    AlertManager.open({ dataFolder: folder.path, receivers: { a: receiver }, route: { receiver: 'b' } }),
  ).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_ARGUMENT' });
});

test('volume escalates, at once and through an acknowledgement', async () => {
  await open({ escalate: [{ count: 10, withinMs: minutes(1), level: 'critical' }] });
  const raise = (n: number) => manager.raise(detection(1, { event: { index: n, id: `v${n}` } }));
  for (let n = 0; n < 8; n++) await raise(n);
  await manager.acknowledge(manager.alerts()[0]!.id, 'ann');
  nowMs += minutes(1);
  for (let n = 8; n < 17; n++) await raise(n);
  await manager.flush();
  expect(told.map(({ reason }) => reason)).toEqual(['first']);
  await raise(17);
  await manager.flush();
  expect(told.at(-1)).toMatchObject({ reason: 'escalation', level: 'critical' });
  expect(manager.alerts()[0]).toMatchObject({ level: 'critical', status: 'open', count: 18 });
});

test('a throttle holds groups back, and tells them later', async () => {
  await open({
    route: { receiver: 'team', groupBy: ['user.name'], throttle: { notifications: 3, perMs: minutes(1) } },
  });
  for (let n = 0; n < 8; n++) await manager.raise(detection(n));
  await manager.flush();
  expect(told).toHaveLength(3);
  expect(manager.figures().throttled).toBe(5);
  await after(minutes(1));
  expect(told).toHaveLength(6);
  await after(minutes(1));
  expect(told).toHaveLength(8);
  expect(new Set(told.map(({ labels }) => labels['user.name'])).size).toBe(8);
});

test('risk gathers, decays, and becomes an alert of its own', async () => {
  await open({ risk: { halfLifeMs: minutes(60), threshold: 50 } });
  for (let n = 0; n < 2; n++) await manager.raise(detection(n));
  expect(manager.riskOf('host:web')).toBeCloseTo(40);
  nowMs += minutes(60);
  expect(manager.riskOf('host:web')).toBeCloseTo(20);
  for (let n = 2; n < 5; n++) await manager.raise(detection(n));
  await manager.flush();
  const risky = told.filter(({ labels }) => labels.rule === 'wolfsec.risk');
  expect(risky).toHaveLength(1);
  expect(risky[0]!.alerts[0]!.entities).toEqual({ host: 'web' });
  expect(manager.topRisks(1)[0]).toMatchObject({ entity: 'host:web' });
  expect((await store.risks.get('host:web'))?.score).toBeCloseTo(80);
});

test('everything survives a restart', async () => {
  await open();
  const [alert] = (await manager.raise(detection(1))).alerts;
  await manager.acknowledge(alert!.id, 'ann');
  const silence = await manager.silence({
    matchers: ['user.name=user-9'],
    endsMs: nowMs + 1e6,
    createdBy: 'ann',
  });
  for (let n = 2; n < 400; n++) await manager.raise(detection(n % 50, { event: { index: n, id: `r${n}` } }));
  await manager.flush();
  const before = { alerts: manager.alerts(), silences: manager.silences(), risk: manager.riskOf('host:web') };
  await manager.close();
  for (let again = 0; again < 3; again++) {
    await open();
    expect(manager.alerts()).toEqual(before.alerts);
    expect(manager.silences()).toEqual(before.silences);
    expect(manager.riskOf('host:web')).toBeCloseTo(before.risk);
    expect((await manager.raise(detection(1))).counted).toBe(0);
    await manager.close();
  }
  const told1 = told.length;
  await open();
  await after(minutes(5));
  expect(told.length).toBe(told1 + 1);
  expect(told.at(-1)).toMatchObject({ reason: 'update', sequence: 2 });
  expect(await manager.unsilence(silence.id)).toBe(true);
  expect(await manager.unsilence(silence.id)).toBe(false);
});

test('a full disk is told, and the same detection raised again counts once', async () => {
  let full = false;
  await open({
    journal: {
      segmentBytes: 256 * 1024,
      async write(file, bytes, position) {
        if (full) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        await file.write(bytes, 0, bytes.length, position);
      },
    },
  });
  await manager.raise(detection(1));
  full = true;
  await expect(manager.raise(detection(2))).rejects.toMatchObject({ code: 'WOLFSEC_STORE_FULL' });
  await expect(manager.raise(detection(1, { event: { index: 1, id: 'x' } }))).rejects.toMatchObject({
    code: 'WOLFSEC_STORE_FULL',
  });
  await expect(manager.raise(detection(5, { ruleId: 'other' }))).rejects.toMatchObject({
    code: 'WOLFSEC_STORE_FULL',
  });
  expect(manager.alerts().map(({ count }) => count)).toEqual([1]);
  expect(manager.riskOf('host:web')).toBeCloseTo(20);
  // One that comes again while its first is not on disk yet hears what becomes of that.
  const twice = await Promise.allSettled([manager.raise(detection(3)), manager.raise(detection(3))]);
  expect(twice.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  full = false;
  await manager.raise(detection(2));
  await manager.raise(detection(5, { ruleId: 'other' }));
  await manager.flush();
  expect(manager.alerts().map(({ count }) => count)).toEqual([1, 1, 1]);
  expect(told.map(({ labels }) => labels.rule)).toEqual(['rule-1', 'other']);
});

test('long texts of a detection take no room beyond a bound', async () => {
  await open({ route: { receiver: 'team', groupBy: ['user.name'] } });
  const long = (n: number) => `${n}${'x'.repeat(1_000_000)}`;
  const about = (n: number) =>
    detection(n, { entities: { 'user.name': long(n) }, matched: [{ field: 'cmd', value: long(n) }] });
  const { alerts } = await manager.raiseAll([about(1), about(2), detection(3)]);
  expect(alerts).toHaveLength(3);
  expect(JSON.stringify(alerts[0]).length).toBeLessThan(20_000);
  expect(alerts[0]!.entities['user.name']).toMatch(/^1x{4094}…$/);
  expect(manager.riskOf(`user:${long(1)}`)).toBe(20);
  // Told apart by all of their texts.
  expect((await manager.raise({ ...about(1), event: { index: 0, id: 'again' } })).opened).toEqual([]);
  await manager.flush();
  expect(JSON.stringify(told).length).toBeLessThan(100_000);
  expect(await store.alerts.list({ user: long(2) })).toHaveLength(1);
});

test('an event of a year to come is one of now, so that it is swept like any other', async () => {
  await open();
  const eventTimeMs = Date.UTC(2999, 0, 1);
  const ahead = (n: number) => detection(1, { eventTimeMs, event: { index: n, id: `ahead-${n}` } });
  const { alerts } = await manager.raise(ahead(1));
  expect(alerts).toMatchObject([{ firstMs: nowMs, lastMs: nowMs }]);
  nowMs += 1_000;
  await manager.raise(ahead(2));
  expect(manager.alert(alerts[0]!.id)).toMatchObject({ firstMs: startMs, lastMs: nowMs });
  expect(threatOf(ahead(3), nowMs).timeMs).toBe(nowMs);
  for (const none of [Number.NaN, Number.NEGATIVE_INFINITY])
    expect(threatOf(detection(1, { eventTimeMs: none }), nowMs).timeMs).toBe(nowMs);
  await manager.raise(detection(7, { eventTimeMs: Number.NaN }));
  await manager.stored();
  expect(await store.alerts.counts()).toEqual([{ level: 'high', status: 'open', count: 2 }]);
  // Ahead by a zone that was taken for another is what clocks are.
  const hours = 14 * 3_600_000;
  expect(threatOf(detection(1, { eventTimeMs: nowMs + hours }), nowMs).timeMs).toBe(nowMs + hours);
});

test('open alerts are bounded: the oldest is resolved for a new one', async () => {
  await open({ maxAlerts: 10 });
  for (let n = 0; n < 30; n++) await manager.raise(detection(n));
  expect(manager.figures()).toMatchObject({ open: 10, evicted: 20 });
});

import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { NewThreat, StoredAlert, StoredSession } from '../../src/store/index.ts';
import { describeStores } from './stores.ts';

/** Longer than an entry of an index may be, and of a kind that no database packs. */
const longText = (seed: string) =>
  Array.from({ length: 200 }, (_, at) => hash('sha256', `${seed}${at}`, 'base64')).join('');

const startMs = Date.UTC(2026, 0, 1);

const threat = (n: number, more: Partial<NewThreat> = {}): NewThreat => ({
  id: `t-${n}`,
  kind: 'rule',
  ruleId: `rule-${n % 3}`,
  title: `Title ${n}`,
  level: n % 2 ? 'high' : 'low',
  tags: n % 2 ? ['attack.t1110', 'attack.t1110.001'] : ['attack.t1059'],
  matched: [{ field: 'CommandLine', value: `say "hi" \\ {${n}}, NULL` }],
  entities: { host: `host-${n % 4}`, 'user.name': 'ann', 'source.ip': `10.0.0.${n % 5}` },
  source: 'a.log',
  line: n + 1,
  timeMs: startMs + n * 1_000,
  ...more,
});

const alert = (n: number, more: Partial<StoredAlert> = {}): StoredAlert => ({
  id: `a-${n}`,
  fingerprint: `f-${n}`,
  groupKey: 'g',
  kind: 'rule',
  ruleId: `rule-${n % 2}`,
  title: 'T',
  level: 'high',
  severity: 3,
  status: 'open',
  count: 1,
  firstMs: startMs,
  lastMs: startMs + n,
  risk: 1.5,
  entities: { 'host.name': 'db' },
  tags: [],
  sample: { a: 1 },
  updatedMs: startMs,
  version: 1,
  ...more,
});

const session = (n: number, more: Partial<StoredSession> = {}): StoredSession => ({
  tokenHash: `hash-${n}`,
  id: `s-${n}`,
  userId: 'ann',
  createdMs: startMs,
  lastSeenMs: startMs,
  idleExpiresMs: startMs + 1_000,
  expiresMs: startMs + 10_000,
  data: { device: 'phone' },
  ...more,
});

describeStores('health and schema', (store) => {
  test('answers, with figures of its connections', async () => {
    const health = await store().health();
    expect(health).toMatchObject({ ok: true, dialect: store().dialect });
    expect(health.latencyMs).toBeGreaterThan(0);
    expect(store().pool().size).toBeGreaterThan(1);
    expect(store().pool().acquired).toBeGreaterThan(0);
    expect(await store().schemaVersion()).toBeGreaterThanOrEqual(3);
  });
});

describeStores('threats', (store) => {
  test('come back as they were, whatever they hold', async () => {
    const nasty = threat(1, {
      id: 'nasty',
      eventId: 'e"1\\',
      title: `quote " slash \\ brace { } comma , NULL 'x' \u{1f43a} \n tab\t`,
      correlation: { group: { user: 'ann' }, count: 3 },
      alertId: 'a-1',
    });
    expect(await store().threats.insert([nasty, threat(2, { id: 'plain' })], startMs)).toBe(2);
    expect(await store().threats.get('nasty')).toMatchObject(nasty);
    expect(await store().threats.get('none')).toBeUndefined();
    const nul = threat(3, { id: 'nul', title: 'a\0b', matched: [{ field: 'f', value: 'x\0y' }] });
    await store().threats.insert([nul], startMs);
    const back = await store().threats.get('nul');
    expect(back?.title).toBe('a\ufffdb');
    expect(back?.matched).toEqual(nul.matched);
  });

  test('a second insert of the same ids changes nothing', async () => {
    const batch = Array.from({ length: 50 }, (_, n) => threat(n, { id: `again-${n}` }));
    expect(await store().threats.insert(batch, startMs)).toBe(50);
    expect(await store().threats.insert([...batch, threat(1, { id: 'again-new' })], startMs)).toBe(1);
    expect(
      await store().threats.insert([threat(1, { id: 'twice' }), threat(1, { id: 'twice' })], startMs),
    ).toBe(1);
  });

  test('are filtered and paged', async () => {
    const batch = Array.from({ length: 25 }, (_, n) => threat(n, { id: `page-${n}`, kind: 'http' }));
    await store().threats.insert(batch, startMs);
    const filter = { kinds: ['http'] };
    const seen: string[] = [];
    let beforeSeq: number | undefined;
    do {
      const page = await store().threats.list(filter, { limit: 10, ...(beforeSeq ? { beforeSeq } : {}) });
      seen.push(...page.threats.map(({ id }) => id));
      beforeSeq = page.nextSeq;
    } while (beforeSeq !== undefined);
    expect(seen).toEqual(batch.map(({ id }) => id).reverse());
    const count = (more: object) => store().threats.count({ ...filter, ...more });
    expect(await count({})).toBe(25);
    expect(await count({ levels: ['high'] })).toBe(12);
    expect(await count({ ruleIds: ['rule-0', 'rule-1'] })).toBe(17);
    expect(await count({ host: 'host-1' })).toBe(6);
    expect(await count({ user: 'ann' })).toBe(25);
    expect(await count({ sourceIp: '10.0.0.4' })).toBe(5);
    expect(await count({ tag: 'attack.t1110' })).toBe(12);
    expect(await count({ tag: 'attack.t1' })).toBe(0);
    expect(await count({ text: 'Title 2' })).toBe(6);
    expect(await count({ fromMs: startMs + 5_000, toMs: startMs + 10_000 })).toBe(5);
  });
});

describeStores('roll-ups', (store) => {
  test('count what was stored, once, also after more came', async () => {
    const first = Array.from({ length: 200 }, (_, n) => threat(n, { id: `r-${n}` }));
    await store().threats.insert(first, startMs);
    const range = { fromMs: startMs, toMs: startMs + 3_600_000 };
    const lastMs = startMs + 180_000;
    expect(await store().rollups.top('rule', range)).toEqual([
      { value: 'rule-0', count: 67, lastMs },
      { value: 'rule-1', count: 67, lastMs },
      { value: 'rule-2', count: 66, lastMs },
    ]);
    await store().threats.insert([...first, threat(0, { id: 'r-new' })], startMs);
    await Promise.all([store().rollups.rollUp(), store().rollups.rollUp()]);
    expect((await store().rollups.top('rule', range))[0]).toEqual({ value: 'rule-0', count: 68, lastMs });
    expect(await store().rollups.top('tag', range)).toEqual([
      { value: 'attack.t1059', count: 101, lastMs },
      { value: 'attack.t1110', count: 100, lastMs },
      { value: 'attack.t1110.001', count: 100, lastMs },
    ]);
    expect(await store().rollups.top('host', { ...range, levels: ['high'] }, 1)).toEqual([
      { value: 'host-1', count: 50, lastMs },
    ]);
    const line = await store().rollups.timeline({ ...range, stepMs: 120_000 });
    expect(line.map(({ atMs, level, count }) => [(atMs - startMs) / 60_000, level, count])).toEqual([
      [0, 'high', 60],
      [0, 'low', 61],
      [2, 'high', 40],
      [2, 'low', 40],
    ]);
    await expect(store().rollups.timeline({ ...range, stepMs: 1_000 })).rejects.toMatchObject({
      code: 'WOLFSEC_INVALID_ARGUMENT',
    });
  });

  test('miss nothing while inserts run beside them', async () => {
    const before = (await store().rollups.top('all', { fromMs: 0, toMs: startMs * 2 }))[0]?.count ?? 0;
    const batches = Array.from({ length: 20 }, (_, b) =>
      Array.from({ length: 50 }, (_, n) => threat(n, { id: `beside-${b}-${n}` })),
    );
    await Promise.all([
      ...batches.map((batch) => store().threats.insert(batch, startMs)),
      ...Array.from({ length: 5 }, () => store().rollups.rollUp()),
    ]);
    expect((await store().rollups.top('all', { fromMs: 0, toMs: startMs * 2 }))[0]?.count).toBe(
      before + 1_000,
    );
  });
});

describeStores('alerts', (store) => {
  test('newer states win, older ones are left out', async () => {
    const { alerts } = store();
    await alerts.put([
      alert(1),
      alert(2),
      alert(3, { status: 'resolved', level: 'low', severity: 1, suppressedBy: 'silence:x' }),
    ]);
    await alerts.put([
      alert(1, { count: 5, version: 3, status: 'acknowledged', changedBy: 'ann', note: 'seen' }),
    ]);
    await alerts.put([alert(1, { count: 2, version: 2 })]);
    expect(await alerts.get('a-1')).toEqual(
      alert(1, { count: 5, version: 3, status: 'acknowledged', changedBy: 'ann', note: 'seen' }),
    );
    expect((await alerts.list()).map(({ id }) => id)).toEqual(['a-3', 'a-2', 'a-1']);
    expect((await alerts.list({ statuses: ['open'] })).map(({ id }) => id)).toEqual(['a-2']);
    expect((await alerts.list({ suppressed: false }, { limit: 1 })).map(({ id }) => id)).toEqual(['a-2']);
    const before = { lastMs: startMs + 2, id: 'a-2' };
    expect((await alerts.list({ host: 'db' }, { before })).map(({ id }) => id)).toEqual(['a-1']);
    expect(await alerts.counts()).toEqual([
      { level: 'high', status: 'acknowledged', count: 1 },
      { level: 'high', status: 'open', count: 1 },
      { level: 'low', status: 'resolved', count: 1 },
    ]);
  });

  test('take newer counts alone, and tell of those that are missing or newer', async () => {
    const { alerts } = store();
    const many = Array.from({ length: 120 }, (_, n) => alert(n, { id: `counted-${n}`, ruleId: 'counted' }));
    await alerts.put(many.slice(1));
    await alerts.put([alert(2, { id: 'counted-2', ruleId: 'counted', count: 9, version: 9 })]);
    const counts = many.map(({ id }, n) => ({
      id,
      count: 2 + n,
      lastMs: startMs + 1_000 + n,
      risk: n / 4,
      updatedMs: startMs + 5,
      version: 3,
    }));
    expect((await alerts.putCounts(counts)).sort()).toEqual(['counted-0', 'counted-2']);
    expect(await alerts.get('counted-0')).toBeUndefined();
    expect(await alerts.get('counted-2')).toMatchObject({ count: 9, version: 9 });
    for (const n of [1, 3, 50, 119])
      expect(await alerts.get(`counted-${n}`)).toEqual({ ...many[n], ...counts[n] });
    // The same again is not news, and not missing either.
    expect(await alerts.putCounts([counts[1]!])).toEqual([]);
    expect(await alerts.putCounts([])).toEqual([]);
  });

  test('are listed by several levels and statuses in pages, in order, each once', async () => {
    const { alerts } = store();
    const [levels, statuses] = [
      ['low', 'medium', 'high'],
      ['open', 'acknowledged', 'resolved'],
    ] as const;
    await alerts.put(
      Array.from({ length: 60 }, (_, n) =>
        alert(1_000 + n, {
          level: levels[n % 3] as string,
          severity: 1 + (n % 3),
          status: statuses[Math.floor(n / 3) % 3] as 'open',
          ruleId: `many-${n % 4}`,
          title: `Many ${n % 4}`,
          // Two of each moment, so that pages part them by id.
          lastMs: startMs + 10_000 + Math.floor(n / 2),
        }),
      ),
    );
    for (const filter of [
      { levels: ['low', 'high'], statuses: ['open', 'resolved'] as const },
      { levels: ['medium'] },
      { statuses: ['open', 'acknowledged'] as const },
      { text: 'MANY 1', levels: ['low', 'medium', 'high'] },
      { ruleIds: ['many-1', 'many-2'], levels: ['low', 'high'] },
    ]) {
      const wanted = { ...filter, fromMs: startMs + 10_000 };
      const whole = await alerts.list(wanted, { limit: 1_000 });
      const paged: StoredAlert[] = [];
      for (let before: StoredAlert | undefined; ; ) {
        const page = await alerts.list(wanted, { limit: 7, ...(before ? { before } : {}) });
        paged.push(...page);
        before = page.at(-1);
        if (page.length < 7) break;
      }
      expect(paged).toEqual(whole);
      expect(new Set(paged.map(({ id }) => id)).size).toBe(paged.length);
      expect(paged.length).toBeGreaterThan(10);
      const keys = paged.map(({ lastMs, id }) => `${lastMs}_${id}`);
      expect(keys).toEqual(keys.toSorted().reverse());
    }
    const groups = (await alerts.groups('open')).filter(({ ruleId }) => ruleId.startsWith('many-'));
    expect(groups.map(({ severity }) => severity)).toEqual([3, 3, 3, 3]);
    expect(groups.reduce((sum, one) => sum + one.alerts, 0)).toBe(21);
    for (const { ruleId, title, detections, alerts: count } of groups) {
      expect(title).toBe(`Many ${ruleId.slice(-1)}`);
      expect(detections).toBe(count);
    }
  });
});

describeStores('sessions', (store) => {
  test('live until idle or absolute end, and rotate all or nothing', async () => {
    const { sessions } = store();
    await sessions.add(session(1));
    await expect(sessions.add(session(1))).rejects.toMatchObject({ code: 'WOLFSEC_STORE_CONFLICT' });
    expect(await sessions.get('hash-1', startMs + 999)).toEqual(session(1));
    expect(await sessions.get('hash-1', startMs + 1_000)).toBeUndefined();
    expect(await sessions.touch('hash-1', startMs + 500, startMs + 20_000)).toBe(true);
    expect(await sessions.touch('hash-1', startMs + 400, startMs + 900)).toBe(false);
    expect((await sessions.get('hash-1', startMs + 9_999))?.lastSeenMs).toBe(startMs + 500);
    expect(await sessions.get('hash-1', startMs + 10_000)).toBeUndefined();
    expect(await sessions.rotate('hash-1', session(1, { tokenHash: 'hash-1b', data: { level: 2 } }))).toBe(
      true,
    );
    expect(await sessions.rotate('hash-1', session(1, { tokenHash: 'hash-1c' }))).toBe(false);
    expect(await sessions.get('hash-1', startMs)).toBeUndefined();
    expect((await sessions.get('hash-1b', startMs))?.data).toEqual({ level: 2 });
    expect(await sessions.update('hash-1b', { level: 3 })).toBe(true);
    await sessions.add(session(2, { lastSeenMs: startMs + 1 }));
    await sessions.add(session(3, { userId: 'bob' }));
    expect((await sessions.listOfUser('ann', startMs)).map(({ id }) => id)).toEqual(['s-2', 's-1']);
    expect(await sessions.removeOfUser('ann', 'hash-2')).toBe(1);
    expect(await sessions.removeById('bob', 's-2')).toBe(false);
    expect(await sessions.removeById('ann', 's-2')).toBe(true);
    expect(await sessions.removeExpired(startMs + 1_000)).toBe(1);
    expect(await sessions.remove('hash-3')).toBe(false);
  });
});

describeStores('API keys', (store) => {
  test('are found by hash, touched, revoked', async () => {
    const { apiKeys } = store();
    const key = {
      id: 'k1',
      keyHash: 'h1',
      ownerId: 'ann',
      name: 'ci',
      scopes: ['a', 'b'],
      createdMs: 1,
      data: {},
    };
    await apiKeys.add(key);
    await apiKeys.add({ ...key, id: 'k2', keyHash: 'h2', createdMs: 2, expiresMs: 9 });
    await expect(apiKeys.add({ ...key, id: 'k3' })).rejects.toMatchObject({ code: 'WOLFSEC_STORE_CONFLICT' });
    expect(await apiKeys.getByHash('h1')).toEqual(key);
    await apiKeys.touch([
      { id: 'k1', lastUsedMs: 7 },
      { id: 'k2', lastUsedMs: 8 },
    ]);
    await apiKeys.touch([{ id: 'k1', lastUsedMs: 3 }]);
    expect((await apiKeys.get('k1'))?.lastUsedMs).toBe(7);
    expect(await apiKeys.revoke('k2', 5)).toBe(true);
    expect(await apiKeys.revoke('k2', 6)).toBe(false);
    expect((await apiKeys.listOfOwner('ann')).map(({ id, revokedMs }) => [id, revokedMs])).toEqual([
      ['k2', 5],
      ['k1', undefined],
    ]);
    expect((await apiKeys.list('k1')).map(({ id }) => id)).toEqual(['k2']);
    expect(await apiKeys.remove('k1')).toBe(true);
    expect(await apiKeys.get('k1')).toBeUndefined();
  });
});

describeStores('records', (store) => {
  test('compare and set', async () => {
    const { records } = store();
    expect(await records.put('c', 'k', { n: 1 }, { nowMs: 1, ifVersion: 0 })).toBe(1);
    expect(await records.put('c', 'k', { n: 2 }, { nowMs: 1, ifVersion: 0 })).toBeUndefined();
    expect(await records.put('c', 'k', { n: 2 }, { nowMs: 2, ifVersion: 1 })).toBe(2);
    expect(await records.put('c', 'k', { n: 3 }, { nowMs: 2, ifVersion: 1 })).toBeUndefined();
    expect(await records.put('c', 'k', { n: 4 }, { nowMs: 3, expiresMs: 10 })).toBe(3);
    expect(await records.get('c', 'k', 9)).toEqual({
      key: 'k',
      value: { n: 4 },
      version: 3,
      updatedMs: 3,
      expiresMs: 10,
    });
    expect(await records.get('c', 'k', 10)).toBeUndefined();
    // An expired record is as good as none.
    expect(await records.put('c', 'k', 5, { nowMs: 11, ifVersion: 3 })).toBeUndefined();
    expect(await records.put('c', 'k', 5, { nowMs: 11, ifVersion: 0 })).toBe(1);
    expect(await records.remove('c', 'k', 7)).toBe(false);
    expect(await records.remove('c', 'k', 1)).toBe(true);
    await expect(records.put('c', 'k', undefined, { nowMs: 1 })).rejects.toMatchObject({
      code: 'WOLFSEC_INVALID_ARGUMENT',
    });
  });

  test('one of many wins the race for a version', async () => {
    await store().records.put('race', 'k', 0, { nowMs: 1 });
    const tries = Array.from({ length: 20 }, (_, n) =>
      store().records.put('race', 'k', n, { nowMs: 2, ifVersion: 1 }),
    );
    expect((await Promise.all(tries)).filter((version) => version === 2)).toHaveLength(1);
  });

  test('list by prefix, in byte order', async () => {
    const { records } = store();
    for (const key of ['a:1', 'a:10', 'a:2', 'B:1', 'a:é', 'b:1'])
      await records.put('l', key, key, { nowMs: 1 });
    const keys = async (options: object) =>
      (await records.list('l', { nowMs: 1, ...options })).map(({ key }) => key);
    expect(await keys({})).toEqual(['B:1', 'a:1', 'a:10', 'a:2', 'a:é', 'b:1']);
    expect(await keys({ prefix: 'a:' })).toEqual(['a:1', 'a:10', 'a:2', 'a:é']);
    expect(await keys({ prefix: 'a:', afterKey: 'a:10', limit: 1 })).toEqual(['a:2']);
  });
});

describeStores('rules, reputation, risk, events, audit', (store) => {
  test('a reload of rules keeps the operator’s switch', async () => {
    const rule = {
      id: 'r1',
      title: 'R',
      level: 'high',
      status: 'stable',
      enabled: true,
      tags: ['t'],
      source: 'title: R',
      digest: 'd',
      updatedMs: 1,
    };
    await store().rules.put([rule]);
    expect(await store().rules.setEnabled('r1', false, 2)).toBe(true);
    await store().rules.put([{ ...rule, title: 'R2', updatedMs: 3 }]);
    expect(await store().rules.get('r1')).toEqual({ ...rule, title: 'R2', enabled: false, updatedMs: 3 });
    expect(await store().rules.list('r1')).toEqual([]);
  });

  test('reputation entries expire', async () => {
    const entry = {
      kind: 'ip',
      indicator: '192.0.2.0/24',
      origin: 'learned',
      score: 50,
      confidence: 0.5,
      category: 'scan',
      updatedMs: 1,
      expiresMs: 10,
    } as const;
    await store().reputation.put([entry]);
    await store().reputation.put([{ ...entry, score: 60 }]);
    expect(await store().reputation.of('ip', '192.0.2.0/24', 9)).toEqual([{ ...entry, score: 60 }]);
    expect(await store().reputation.list('learned', 10)).toEqual([]);
    expect(await store().reputation.removeExpired(10)).toBe(1);
  });

  test('risk goes by the newest', async () => {
    await store().risks.put([{ entity: 'host:a', score: 5, updatedMs: 10 }]);
    await store().risks.put([{ entity: 'host:a', score: 1, updatedMs: 5 }]);
    await store().risks.put([{ entity: 'host:b', score: 7, updatedMs: 5 }]);
    expect(await store().risks.top()).toEqual([
      { entity: 'host:b', score: 7, updatedMs: 5 },
      { entity: 'host:a', score: 5, updatedMs: 10 },
    ]);
    expect(await store().risks.get('host:a')).toMatchObject({ score: 5 });
  });

  test('events by id, audit newest first', async () => {
    const event = { id: 'e1', source: 's', line: 2, timeMs: 5, body: '{"a":1}' };
    expect(await store().events.insert([event, event])).toBe(1);
    expect(await store().events.get('e1')).toEqual(event);
    for (const n of [1, 2, 3]) {
      await store().audit.add({
        timeMs: n,
        actor: 'ann',
        action: 'alert.resolve',
        target: `a-${n}`,
        detail: { n },
      });
    }
    const list = await store().audit.list({ actor: 'ann', limit: 2 });
    expect(list.map(({ target }) => target)).toEqual(['a-3', 'a-2']);
    expect((await store().audit.list({ beforeId: list[1]!.id })).map(({ target }) => target)).toEqual([
      'a-1',
    ]);
  });
});

describeStores(
  'retention',
  (store) => {
    test('sweeps what is old and no more', async () => {
      const old = threat(0, { id: 'old', timeMs: startMs - 40 * 86_400_000 });
      await store().threats.insert([old, threat(1, { id: 'new' })], startMs);
      await store().alerts.put([alert(1, { lastMs: startMs - 200 * 86_400_000 }), alert(2)]);
      await store().sessions.add(session(9, { idleExpiresMs: startMs - 1 }));
      const risk = { entity: 'host:old', score: 1, updatedMs: startMs - 40 * 86_400_000 };
      await store().risks.put([risk, { ...risk, entity: 'host:new', updatedMs: startMs }]);
      expect(await store().sweep()).toMatchObject({ threats: 1, alerts: 1, sessions: 1, threat_minutes: 0 });
      expect((await store().risks.top()).map(({ entity }) => entity)).toEqual(['host:new']);
      expect(await store().threats.get('old')).toBeUndefined();
      expect(await store().threats.get('new')).toBeDefined();
      // The counts outlive the rows.
      expect((await store().rollups.top('all', { fromMs: 0, toMs: startMs * 2 }))[0]?.count).toBe(2);
    });
  },
  { now: () => startMs },
);

describeStores('writes that fail', (store) => {
  test('take nobody else of their commit with them', async () => {
    const { sessions } = store();
    await sessions.add(session(50));
    const outcomes = await Promise.allSettled([
      sessions.add(session(51)),
      sessions.add(session(50)),
      sessions.add(session(52)),
      store().threats.insert([threat(1, { id: 'beside' })], startMs),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await sessions.get('hash-51', startMs)).toBeDefined();
    expect(await sessions.get('hash-52', startMs)).toBeDefined();
    expect(await store().threats.get('beside')).toBeDefined();
  });
});

describeStores('texts longer than an index takes', (store) => {
  test('are stored and found, counted and swept, and hold up nothing', async () => {
    const [host, user, tag] = ['h', 'u', 't'].map(longText) as [string, string, string];
    const entities = { 'host.name': host, 'user.name': user };
    await store().threats.insert([threat(1, { entities, tags: [tag] }), threat(2)], startMs);
    expect((await store().threats.list({ host })).threats).toMatchObject([{ id: 't-1', entities }]);
    expect(await store().alerts.put([alert(1, { entities }), alert(2)])).toBe(2);
    expect(await store().alerts.list({ user })).toMatchObject([{ id: 'a-1', entities }]);
    const range = { fromMs: startMs, toMs: startMs + 60_000 };
    const top = await store().rollups.top('user', range);
    expect(top.map(({ value }) => user.startsWith(value)).sort()).toEqual([false, true]);
    expect(await store().rollups.top('tag', range)).toHaveLength(2);
    const counted = await store().rollups.timeline({
      ...range,
      stepMs: 60_000,
      dimension: 'user',
      value: user,
    });
    expect(counted).toMatchObject([{ count: 1 }]);
    await store().risks.put([{ entity: `user:${user}`, score: 5, updatedMs: startMs }]);
    expect(await store().risks.get(`user:${user}`)).toMatchObject({ score: 5 });
    await store().sweep();
  });
});

describeStores('texts with NUL', (store) => {
  test('are asked for as they were given', async () => {
    const entities = { 'host.name': 'a\0b' };
    await store().threats.insert([threat(1, { id: 'nul\0', entities })], startMs);
    await store().alerts.put([alert(1, { entities })]);
    expect((await store().threats.list({ host: 'a\0b' })).threats).toHaveLength(1);
    expect(await store().threats.get('nul\0')).toMatchObject({ entities });
    expect(await store().alerts.list({ host: 'a\0b', ruleIds: ['\0', 'rule-1'] })).toHaveLength(1);
    expect(await store().alerts.get('\0')).toBeUndefined();
    expect(await store().sessions.get('\0', startMs)).toBeUndefined();
    await store().records.put('c', 'k\0k', 1, { nowMs: startMs });
    expect(await store().records.list('c', { nowMs: startMs, prefix: 'k\0' })).toHaveLength(1);
    await store().audit.add({ timeMs: startMs, actor: 'a\0', action: 'b', target: 'c', detail: {} });
    expect(await store().audit.list({ actor: 'a\0' })).toHaveLength(1);
  });
});

describeStores('parts of titles', (store) => {
  test('are found in whatever case their ASCII letters are', async () => {
    await store().threats.insert(
      [threat(1, { title: 'École: Brute FORCE', tags: ['attack.T1110'] })],
      startMs,
    );
    await store().alerts.put([alert(1, { title: 'École: Brute FORCE' })]);
    for (const text of ['École', 'ÉCOLE', 'brute force', 'BRUTE', ': B']) {
      expect(await store().threats.count({ text }), text).toBe(1);
      expect(await store().alerts.list({ text }), text).toHaveLength(1);
    }
    expect(await store().alerts.list({ text: 'ecole' })).toEqual([]);
    expect(await store().threats.count({ tag: 'ATTACK.t1110' })).toBe(1);
    expect(await store().threats.count({ tag: 'attack.t111' })).toBe(0);
  });
});

describeStores('parts of a millisecond', (store) => {
  test('are left out', async () => {
    const [timeMs, expiresMs] = [startMs + 0.5, startMs + 9.5];
    await store().alerts.put([alert(1, { lastMs: timeMs, updatedMs: timeMs })]);
    const counts = { id: 'a-1', count: 2, lastMs: timeMs, risk: 1.25, updatedMs: timeMs, version: 2 };
    expect(await store().alerts.putCounts([counts])).toEqual([]);
    expect(await store().alerts.get('a-1')).toMatchObject({ count: 2, lastMs: startMs, risk: 1.25 });
    await store().records.put('c', 'k', 1, { nowMs: timeMs, expiresMs });
    expect(await store().records.get('c', 'k', timeMs)).toMatchObject({ expiresMs: startMs + 9 });
    const says = { kind: 'ip', indicator: '192.0.2.1', origin: 'allow', category: 'x' } as const;
    await store().reputation.put([{ ...says, score: 0.5, confidence: 0.25, updatedMs: timeMs, expiresMs }]);
    expect(await store().reputation.of('ip', '192.0.2.1', timeMs)).toMatchObject([{ score: 0.5 }]);
    await store().risks.put([{ entity: 'host:a', score: 0.5, updatedMs: timeMs }]);
    expect(await store().risks.get('host:a')).toMatchObject({ score: 0.5, updatedMs: startMs });
    await store().audit.add({ timeMs, actor: 'a', action: 'b', target: 'c', detail: {} });
    expect(await store().audit.list()).toMatchObject([{ timeMs: startMs }]);
  });
});

describeStores('a store that closes', (store) => {
  test('answers what was asked before, refuses what is asked after, and closes once', async () => {
    const before = store().threats.insert([threat(1)], startMs);
    const closing = store().close();
    const after = [store().threats.list(), store().threats.insert([threat(2)], startMs)];
    const outcomes = await Promise.allSettled([...after, before, closing, store().close()]);
    const disposed = { status: 'rejected', reason: { code: 'WOLFSEC_DISPOSED' } };
    expect(outcomes.slice(0, 2)).toMatchObject([disposed, disposed]);
    expect(outcomes.slice(2)).toMatchObject([
      { status: 'fulfilled', value: 1 },
      { status: 'fulfilled' },
      { status: 'fulfilled' },
    ]);
    expect(await store().health()).toMatchObject({ ok: false });
  });
});

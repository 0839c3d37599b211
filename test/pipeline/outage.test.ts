import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AlertManager } from '../../src/alert/index.ts';
import { DetectionFlow } from '../../src/pipeline/flow.ts';
import { openStore, WriteBehind } from '../../src/store/index.ts';
import { detection } from '../alert/samples.ts';
import { dropSchema, ownSchema, postgresUrl, temporaryFolder, withoutPostgres } from '../store/stores.ts';
import { cuttableProxy } from './proxy.ts';

/** How long the database is away. */
const outageMs = Number(process.env.WOLFSEC_TEST_OUTAGE_MS ?? 3_000);

test.skipIf(withoutPostgres !== undefined)(
  'the database goes away: detections wait in a bounded buffer, then are caught up with in order',
  async () => {
    const { hostname, port, pathname, username } = new URL(postgresUrl);
    const proxy = await cuttableProxy(hostname, Number(port || 5432));
    const schema = ownSchema();
    const folder = temporaryFolder();
    const store = await openStore({
      url: `postgres://${username}@127.0.0.1:${proxy.port}${pathname}`,
      postgres: { schema },
      sweepEveryMs: false,
    });
    const alerts = await AlertManager.open({
      dataFolder: folder.path,
      store,
      receivers: { none: { deliver: async () => {} } },
      risk: { threshold: Number.POSITIVE_INFINITY },
    });
    const flow = new DetectionFlow({
      alerts,
      store,
      buffer: { capacity: 2_000, batchSize: 100, maxRetryMs: 500 },
    });
    const take = (from: number) => flow.take(Array.from({ length: 100 }, (_, n) => detection(from + n)));

    for (let n = 0; n < 500; n += 100) await take(n);
    await flow.flush();
    proxy.cut();
    const backAtMs = Date.now() + outageMs;
    const taken: Promise<void>[] = [];
    for (let n = 500; n < 4_000; n += 100) taken.push(take(n));
    // Alerts are on disk all the same, and none of them waits for the database.
    await expect.poll(() => alerts.figures().raised, { timeout: 20_000 }).toBe(4_000);
    expect(await store.health()).toMatchObject({ ok: false, reason: expect.stringContaining('PostgreSQL') });
    // 3,500 came, 2,000 have room: the others hold their callers back.
    await expect.poll(() => flow.figures().threats.blocked, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(flow.figures().threats.waiting).toBeLessThanOrEqual(2_000);
    await sleep(Math.max(0, backAtMs - Date.now()));
    proxy.join();
    await Promise.all(taken);
    await flow.flush();
    await alerts.flush();
    const { threats: stored } = await store.threats.list({}, { limit: 1_000 });
    expect(await store.threats.count()).toBe(4_000);
    const lines = stored.map(({ eventId }) => Number(eventId?.slice('event-'.length)));
    expect(lines).toEqual(Array.from({ length: 1_000 }, (_, n) => 3_999 - n));
    expect(await store.alerts.counts()).toEqual([{ level: 'high', status: 'open', count: 4_000 }]);
    await flow.close();
    await alerts.close();
    await store.close();
    proxy.close();
    await dropSchema(schema);
    folder.remove();
  },
  outageMs + 60_000,
);

test('a full disk: the embedded store says so, keeps what it has, and takes more once there is room', async () => {
  const folder = temporaryFolder();
  const small = await openStore({
    dataFolder: folder.path,
    sqlite: { maxBytes: 400 * 1024 },
    sweepEveryMs: false,
  });
  const row = (n: number) => ({
    id: `t-${n}`,
    kind: 'rule',
    ruleId: 'r',
    title: 'x'.repeat(500),
    level: 'high',
    tags: [],
    matched: [],
    entities: {},
    timeMs: n,
  });
  let stored = 0;
  let failure: unknown;
  while (!failure) {
    const batch = Array.from({ length: 50 }, (_, n) => row(stored + n));
    await small.threats.insert(batch, 1).then(
      (count) => {
        stored += count;
      },
      (error) => {
        failure = error;
      },
    );
  }
  expect(failure).toMatchObject({ code: 'WOLFSEC_STORE_FULL' });
  expect(await small.threats.count()).toBe(stored);
  await small.close();
  const roomy = await openStore({ dataFolder: folder.path, sweepEveryMs: false });
  expect(await roomy.threats.count()).toBe(stored);
  expect(await roomy.threats.insert([row(stored)], 1)).toBe(1);
  await roomy.close();
  folder.remove();
});

test('one item that the store refuses does not take its neighbours with it', async () => {
  const written: number[] = [];
  const refused: number[] = [];
  const buffer = new WriteBehind<number>({
    async write(batch) {
      if (batch.includes(7)) throw Object.assign(new Error('no'), { code: 'WOLFSEC_STORE_FAILED' });
      written.push(...batch);
    },
    onRefused: (item) => refused.push(item),
  });
  await buffer.add(Array.from({ length: 20 }, (_, n) => n));
  await buffer.flush();
  expect(written).toEqual(Array.from({ length: 20 }, (_, n) => n).filter((n) => n !== 7));
  expect(refused).toEqual([7]);
  await buffer.close();
  await expect(buffer.add([1])).rejects.toMatchObject({ code: 'WOLFSEC_DISPOSED' });
});

test('an outbox that is behind is told of as a queue that is full, so that the batch comes again', async () => {
  const folder = temporaryFolder();
  await using store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
  const alerts = await AlertManager.open({
    dataFolder: folder.path,
    store,
    receivers: { none: { deliver: async () => {} } },
    journal: { maxWaiting: 10 },
  });
  const flow = new DetectionFlow({ alerts, store });
  const batch = (from: number) => Array.from({ length: 20 }, (_, n) => detection(from + n));
  const outcomes = await Promise.allSettled([flow.take(batch(0)), flow.take(batch(100))]);
  expect(outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'WOLFSEC_QUEUE_FULL' } },
  ]);
  await flow.take(batch(100));
  expect(alerts.figures().raised).toBeGreaterThanOrEqual(40);
  await flow.close();
  await alerts.close();
  folder.remove();
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlertManager, type Receiver } from '../src/alert/index.ts';
import type { Detection } from '../src/detect/detection.ts';
import { Journal, openStore, type Store } from '../src/store/index.ts';
import { suite } from './harness/index.ts';

const startMs = Date.now();

/** Detections of 50 rules about 200 hosts and 1,000 users: some open alerts, most are counted into open ones. */
const detection = (n: number): Detection => ({
  kind: 'rule',
  ruleId: `rule-${n % 50}`,
  title: `Suspicious process started by rule ${n % 50}`,
  level: 'high',
  tags: ['attack.execution', 'attack.t1059.001'],
  matched: [{ field: 'CommandLine', value: `powershell -enc ${n}` }],
  eventTimeMs: startMs + n,
  event: { index: n, id: `event-${startMs}-${n}` },
  entities: { 'host.name': `host-${n % 200}`, 'user.name': `user-${n % 1_000}` },
});

const folder = () => mkdtempSync(join(tmpdir(), 'wolfsec-bench-'));
const silent: Receiver = { deliver: async () => {} };

async function withManager<T>(
  store: Store | undefined,
  work: (manager: AlertManager) => Promise<T>,
): Promise<T> {
  const dataFolder = folder();
  const manager = await AlertManager.open({
    dataFolder,
    receivers: { out: silent },
    route: { receiver: 'out', groupBy: ['rule', 'host.name'] },
    ...(store ? { store } : {}),
  });
  try {
    return await work(manager);
  } finally {
    await manager.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

/** Raises `perSecond` detections a second on a fixed schedule, one call each, and gives the latencies' percentiles. */
async function latencies(
  manager: AlertManager,
  perSecond: number,
  seconds: number,
): Promise<Record<string, number>> {
  const total = perSecond * seconds;
  const took = new Float64Array(total);
  const pending: Promise<void>[] = [];
  const beganMs = performance.now();
  for (let n = 0; n < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - beganMs) / 1_000) * perSecond) + 1);
    for (; n < due; n++) {
      const at = n;
      // From when the event was due, so that a stall of ours counts against us.
      const dueMs = beganMs + (at / perSecond) * 1_000;
      pending.push(
        manager.raise(detection(at)).then(() => {
          took[at] = performance.now() - dueMs;
        }),
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(pending);
  // The first fifth opens the alerts and warms the code.
  const sorted = took.subarray(total / 5).toSorted();
  const at = (share: number) => Number((sorted[Math.floor(sorted.length * share)] as number).toFixed(2));
  return { p50: at(0.5), p99: at(0.99), 'p99.9': at(0.999), max: at(0.9999999) };
}

export default suite('alert', async (s) => {
  const seconds = process.argv.includes('--quick') ? 2 : 5;
  const kinds: (readonly [string, (() => Promise<Store>) | undefined, (() => void)?])[] = [
    ['no store', undefined],
  ];
  const embedded = folder();
  kinds.push([
    'SQLite',
    () => openStore({ dataFolder: embedded }),
    () => rmSync(embedded, { recursive: true }),
  ]);
  const url = process.env.WOLFSEC_BENCH_DATABASE_URL;
  if (url) kinds.push(['PostgreSQL', () => openStore({ url, postgres: { schema: 'wolfsec_bench_alert' } })]);
  else s.note('PostgreSQL left out: set WOLFSEC_BENCH_DATABASE_URL');
  for (const [name, open, close] of kinds) {
    const store = await open?.();
    for (const perSecond of [5_000, 20_000]) {
      const figures = await withManager(store, (manager) => latencies(manager, perSecond, seconds));
      const text = Object.entries(figures).map(([share, ms]) => `${share} ${ms} ms`);
      s.note(`detection in to outbox on disk, ${perSecond}/s, ${name}: ${text.join(', ')}`);
    }
    await store?.close();
    close?.();
  }

  const batch = 100;
  s.group('100 records made durable together', { opsPerCall: batch, check: () => 'stored' }, async () => {
    const segments = folder();
    const journal = await Journal.open({ folder: segments }, () => {});
    const file = folder();
    const database = new DatabaseSync(join(file, 'outbox.db'));
    database.exec('pragma journal_mode = wal; pragma synchronous = full; create table outbox (body text)');
    const insert = database.prepare('insert into outbox (body) values (?)');
    const record = JSON.stringify(detection(1));
    return {
      'journal, synced segments': async () => {
        await Promise.all(Array.from({ length: batch }, () => journal.append(record)));
        if (journal.segment > 2) journal.dropBefore(journal.segment - 1);
        return true;
      },
      'SQLite, synchronous=FULL, blocking': () => {
        database.exec('begin');
        for (let n = 0; n < batch; n++) insert.run(record);
        database.exec('commit');
        return true;
      },
    };
  });
  await sleep(0);
});

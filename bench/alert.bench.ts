import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { AlertManager, type Receiver } from '../src/alert/index.ts';
import type { Detection } from '../src/detect/detection.ts';
import { Journal, openStore, type Store } from '../src/store/index.ts';
import type { Due } from './alert-load/pacer.ts';
import { suite } from './harness/index.ts';

const startMs = Date.now();

/** Rises with each spell: its alerts are new to a store that has those of the spells before. */
let spell = 0;

/** Detections of 50 rules about 200 hosts and 1,000 users: some open alerts, most are counted into open ones. */
const detection = (n: number): Detection => ({
  kind: 'rule',
  ruleId: `rule-${n % 50}`,
  title: `Suspicious process started by rule ${n % 50}`,
  level: 'high',
  tags: ['attack.execution', 'attack.t1059.001'],
  matched: [{ field: 'CommandLine', value: `powershell -enc ${n}` }],
  eventTimeMs: startMs + n,
  event: { index: n, id: `event-${startMs}-${spell}-${n}` },
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

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/**
 * Raises `perSecond` detections a second, one call each, when a thread of its own sends them, and gives the percentiles
 * of the time from then to the confirmation: a stall of ours delays no event, and counts against us.
 */
async function latencies(manager: AlertManager, perSecond: number, seconds: number): Promise<Taken> {
  const total = perSecond * seconds;
  const took = new Float64Array(total);
  const late: number[] = [];
  const before = process.cpuUsage();
  const bare = bareWrites();
  const pacer = new Worker(new URL('./alert-load/pacer.ts', import.meta.url), {
    workerData: { perSecond, total },
    execArgv: [],
  });
  let raiseMs = 0;
  let done = 0;
  await new Promise<void>((resolve) => {
    pacer.on('message', ({ from, to, atMs, lateMs }: Due) => {
      late.push(lateMs);
      const beganMs = nowMs();
      for (let n = from; n < to; n++) {
        manager.raise(detection(n)).then(() => {
          took[n] = nowMs() - atMs - lateMs;
          if (++done === total) resolve();
        });
      }
      if (from >= total / 5) raiseMs += nowMs() - beganMs;
    });
  });
  const { user, system } = process.cpuUsage(before);
  const bareMs = await bare();
  // The first fifth opens the alerts and warms the code.
  return {
    latency: percentiles(took.subarray(total / 5)),
    lateness: percentiles(Float64Array.from(late.slice(late.length / 5))),
    bare: percentiles(Float64Array.from(bareMs.slice(bareMs.length / 5))),
    'in raise, an alert, µs': (raiseMs * 1_000) / (total * 0.8),
    'processor time an alert, all threads, µs': (user + system) / total,
  };
}

interface Taken {
  readonly latency: Record<string, number>;
  /** How much later than due the events themselves were sent: how exact this machine keeps time at this moment. */
  readonly lateness: Record<string, number>;
  /** The floor under it: bare synced writes beside the same load, from a thread that does nothing else. */
  readonly bare: Record<string, number>;
  readonly 'in raise, an alert, µs': number;
  readonly 'processor time an alert, all threads, µs': number;
}

/** Begins bare synced writes; the answer ends them and tells how long each took. */
function bareWrites(): () => Promise<readonly number[]> {
  const at = folder();
  const ended = new SharedArrayBuffer(4);
  const thread = new Worker(new URL('./alert-load/bare-writes.ts', import.meta.url), {
    workerData: { path: join(at, 'bare'), ended },
    execArgv: [],
  });
  return async () => {
    Atomics.store(new Int32Array(ended), 0, 1);
    Atomics.notify(new Int32Array(ended), 0);
    const [took] = (await once(thread, 'message')) as [number[]];
    rmSync(at, { recursive: true });
    return took;
  };
}

function percentiles(took: Float64Array): Record<string, number> {
  const sorted = took.toSorted();
  const at = (share: number) => Number((sorted[Math.floor(sorted.length * share)] as number).toFixed(2));
  return { p50: at(0.5), p99: at(0.99), 'p99.9': at(0.999), max: at(0.9999999) };
}

/** The floor under all of it on this machine at this moment: a synced write of 4 KiB into a filled file. */
async function syncedWrites(count: number): Promise<Record<string, number>> {
  const path = join(folder(), 'floor');
  await writeFile(path, Buffer.alloc(16 << 20));
  const file = await open(path, constants.O_WRONLY | constants.O_DSYNC);
  const bytes = Buffer.alloc(4096, 1);
  const took = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const beganMs = performance.now();
    await file.write(bytes, 0, bytes.length, (n % 4096) * 4096);
    took[n] = performance.now() - beganMs;
    await sleep(1);
  }
  await file.close();
  rmSync(path);
  return percentiles(took);
}

const told = (figures: Record<string, number>) =>
  Object.entries(figures)
    .map(([share, ms]) => `${share} ${ms} ms`)
    .join(', ');

const schema = 'wolfsec_bench_alert';

async function dropSchema(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(`drop schema if exists ${schema} cascade`);
  await client.end();
}

interface Kind {
  readonly name: string;
  readonly store?: Store;
  readonly taken: Map<number, Taken[]>;
}

/** Events a second, and for how many seconds: the part measured is 20,000 events and more. */
const loads = [
  [5_000, 5],
  [20_000, 2],
] as const;

/** All kinds take turns, so that a busy moment of the machine meets each of them; one spell each warms the code. */
async function takeTurns(kinds: readonly Kind[], spells: number): Promise<void> {
  for (const { store } of kinds) await oneSpell(store, 5_000, 2);
  for (let turn = 0; turn < spells; turn++) {
    for (const { store, taken } of kinds) {
      for (const [perSecond, seconds] of loads) {
        const one = await oneSpell(store, perSecond, seconds);
        taken.set(perSecond, [...(taken.get(perSecond) ?? []), one]);
      }
    }
  }
}

function oneSpell(store: Store | undefined, perSecond: number, seconds: number): Promise<Taken> {
  spell++;
  return withManager(store, (manager) => latencies(manager, perSecond, seconds));
}

const middle = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** The median of each figure over the spells: one stall of the disk decides a spell, but not the middle one. */
function middles<T extends Record<string, number>>(all: readonly T[]): Record<string, number> {
  const [first] = all;
  return Object.fromEntries(
    Object.keys(first ?? {}).map((key) => [key, middle(all.map((one) => one[key] as number))]),
  );
}

export default suite('alert', async (s) => {
  const spells = process.argv.includes('--quick') ? 1 : 5;
  const embedded = folder();
  const kinds: Kind[] = [
    { name: 'no store', taken: new Map() },
    { name: 'SQLite', store: await openStore({ dataFolder: embedded }), taken: new Map() },
  ];
  const url = process.env.WOLFSEC_BENCH_DATABASE_URL;
  if (url) {
    // What earlier runs left would make the indexes deeper, and SQLite begins with nothing as well.
    await dropSchema(url);
    const store = await openStore({ url, postgres: { schema } });
    kinds.push({ name: 'PostgreSQL', store, taken: new Map() });
  } else s.note('PostgreSQL left out: set WOLFSEC_BENCH_DATABASE_URL');
  s.note(`one synced write of 4 KiB, nothing else: ${told(await syncedWrites(1_000))}`);
  await takeTurns(kinds, spells);
  for (const { name, store, taken } of kinds) {
    for (const [perSecond, all] of taken) {
      const p99s = all.map(({ latency }) => latency.p99 as number).toSorted((a, b) => a - b);
      s.note(
        `detection in to outbox on disk, ${perSecond}/s, ${name}, median of ${all.length} spells: ${told(middles(all.map(({ latency }) => latency)))}; p99 of the best ${p99s[0]} ms, of the worst ${p99s.at(-1)} ms; events were sent late by ${told(middles(all.map(({ lateness }) => lateness)))}`,
      );
      s.note(
        `a bare synced write beside that, ${perSecond}/s, ${name}: ${told(middles(all.map(({ bare }) => bare)))}`,
      );
      const costs = middles(all.map(({ latency: _, lateness: __, bare: ___, ...rest }) => rest));
      const cost = Object.entries(costs).map(([what, µs]) => `${what}: ${µs.toFixed(1)}`);
      s.note(`${perSecond}/s, ${name}: ${cost.join('; ')}`);
    }
    await store?.close();
  }
  if (url) await dropSchema(url);
  rmSync(embedded, { recursive: true });

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
});

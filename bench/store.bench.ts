import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NewThreat, openStore, type Store } from '../src/store/index.ts';
import { suite } from './harness/index.ts';

const startMs = Date.UTC(2026, 0, 1);
let made = 0;

const threats = (count: number): NewThreat[] =>
  Array.from({ length: count }, () => {
    const n = made++;
    return {
      id: `${process.pid.toString(16)}-${String(n).padStart(12, '0')}`,
      eventId: `event-${n}`,
      kind: 'rule',
      ruleId: `rule-${n % 200}`,
      title: `Suspicious process started by rule ${n % 200}`,
      level: n % 3 ? 'high' : 'low',
      tags: ['attack.execution', 'attack.t1059.001'],
      matched: [{ field: 'CommandLine', value: `powershell -enc ${n}` }],
      entities: {
        'host.name': `host-${n % 500}`,
        'user.name': `user-${n % 1_000}`,
        'source.ip': `10.0.${n % 8}.${n % 256}`,
      },
      source: 'auth.ndjson',
      line: n + 1,
      timeMs: startMs + n,
    };
  });

const batchSize = 1_000;
const inFlight = 4;

/** Stores batches with a few under way, as the write-behind buffers of several sources do; gives rows a second. */
async function rowsPerSecond(store: Store, rows: number): Promise<number> {
  const beganMs = performance.now();
  const lanes = Array.from({ length: inFlight }, async () => {
    for (let done = 0; done < rows / inFlight; done += batchSize) {
      await store.threats.insert(threats(batchSize), startMs);
    }
  });
  await Promise.all(lanes);
  return (rows / (performance.now() - beganMs)) * 1_000;
}

export default suite('store', async (s) => {
  const rows = process.argv.includes('--quick') ? 100_000 : 400_000;
  const folder = mkdtempSync(join(tmpdir(), 'wolfsec-bench-'));
  const stores: (readonly [string, Store])[] = [['SQLite', await openStore({ dataFolder: folder })]];
  const url = process.env.WOLFSEC_BENCH_DATABASE_URL;
  if (url) stores.push(['PostgreSQL', await openStore({ url, postgres: { schema: 'wolfsec_bench_store' } })]);
  else s.note('PostgreSQL left out: set WOLFSEC_BENCH_DATABASE_URL');
  for (const [name, store] of stores) {
    await rowsPerSecond(store, 20_000);
    const rates: number[] = [];
    const before = process.cpuUsage();
    for (let round = 0; round < 3; round++) rates.push(await rowsPerSecond(store, rows / 4));
    const { user, system } = process.cpuUsage(before);
    const microseconds = (user + system) / ((rows / 4) * 3);
    s.note(
      `${name}: processor time a row, all our threads, making the rows included: ${microseconds.toFixed(1)} µs`,
    );
    s.note(
      `${name}: detections stored in batches of ${batchSize}: ${rates.map((rate) => Math.round(rate)).join(', ')} rows/s`,
    );
    const beganMs = performance.now();
    await store.rollups.rollUp();
    const rolled = performance.now() - beganMs;
    s.note(`${name}: rolling those up took ${rolled.toFixed(0)} ms`);
    const range = { fromMs: startMs, toMs: startMs + 86_400_000 };
    const askedMs = performance.now();
    await store.rollups.top('rule', range);
    await store.rollups.timeline({ ...range, stepMs: 60_000 });
    s.note(`${name}: top rules and timeline by roll-ups: ${(performance.now() - askedMs).toFixed(1)} ms`);
  }
  s.note(`memory of the process: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`);
  s.group(
    'insert a batch of 1,000',
    {
      opsPerCall: batchSize,
      check: () => 'stored',
      teardown: async () => {
        for (const [, store] of stores) await store.close();
        rmSync(folder, { recursive: true, force: true });
      },
    },
    Object.fromEntries(
      stores.map(([name, store]) => [
        name,
        async () => (await store.threats.insert(threats(batchSize), startMs)) === batchSize,
      ]),
    ),
  );
});

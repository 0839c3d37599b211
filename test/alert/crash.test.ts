import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { AlertManager, file, type Notification } from '../../src/alert/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { temporaryFolder } from '../store/stores.ts';
import { aboutOneOf, detection } from './samples.ts';

const total = 10_000;

/** Runs the child until it has confirmed `until` alerts, then kills it without warning; tells what it confirmed. */
async function killedAfter(until: number, folder: string, out: string, users = total): Promise<number> {
  const script = join(import.meta.dirname, 'crash-child.ts');
  const child = spawn(process.execPath, [script, folder, out, String(total), String(users)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let confirmed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    confirmed = Number(line);
    if (confirmed >= until) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return confirmed;
}

/** With the receiver and the groups of the child. */
function managerOf(dataFolder: string, store: Store, out: string): Promise<AlertManager> {
  return AlertManager.open({
    dataFolder,
    store,
    receivers: { out: file({ path: out }) },
    route: { receiver: 'out', groupBy: ['user.name'] },
    risk: { threshold: Number.POSITIVE_INFINITY },
  });
}

test('kill -9 in the middle of 10,000 alerts: none lost, none delivered under two keys', async () => {
  const folder = temporaryFolder();
  const out = join(folder.path, 'out.ndjson');
  const confirmed = [await killedAfter(3_000, folder.path, out), await killedAfter(7_000, folder.path, out)];
  await using store = await openStore({ dataFolder: folder.path });
  await using manager = await managerOf(folder.path, store, out);
  // What was confirmed is there before anything is raised again.
  expect(manager.alerts().length).toBeGreaterThanOrEqual(Math.max(...confirmed));
  // The source sends everything again, as one that had no answer would.
  for (let at = 0; at < total; at += 500) {
    await manager.raiseAll(Array.from({ length: 500 }, (_, n) => detection(at + n)));
  }
  await manager.flush();

  const alerts = manager.alerts();
  expect(alerts).toHaveLength(total);
  expect(alerts.every(({ count }) => count === 1)).toBe(true);
  const counts = await store.alerts.counts();
  expect(counts).toEqual([{ level: 'high', status: 'open', count: total }]);

  const keysOf = new Map<string, Set<string>>();
  for (const line of readFileSync(out, 'utf8').trimEnd().split('\n')) {
    const { key, alerts: told } = JSON.parse(line) as Notification;
    for (const { id } of told) keysOf.set(id, (keysOf.get(id) ?? new Set()).add(key));
  }
  expect(keysOf.size).toBe(total);
  expect([...keysOf.values()].every((keys) => keys.size === 1)).toBe(true);
  folder.remove();
}, 120_000);

test('kill -9 while 50 alerts are counted up: the store ends with every count', async () => {
  const users = 50;
  const folder = temporaryFolder();
  const out = join(folder.path, 'out.ndjson');
  const confirmed = await killedAfter(6_000, folder.path, out, users);
  await using store = await openStore({ dataFolder: folder.path });
  const before = (await store.alerts.list({}, { limit: 1_000 })).reduce((sum, { count }) => sum + count, 0);
  expect(before).toBeGreaterThan(0);
  await using manager = await managerOf(folder.path, store, out);
  const inStore = async () => {
    await manager.stored();
    const rows = await store.alerts.list({}, { limit: 1_000 });
    expect(rows.toSorted(byId)).toEqual(manager.alerts().toSorted(byId));
    return rows.map(({ count }) => count);
  };
  const counted = (await inStore()).reduce((sum, count) => sum + count, 0);
  expect(counted).toBeGreaterThanOrEqual(confirmed);
  for (let at = 0; at < total; at += 500) {
    await manager.raiseAll(Array.from({ length: 500 }, (_, n) => aboutOneOf(users, at + n)));
  }
  expect(await inStore()).toEqual(Array.from({ length: users }, () => total / users));
  folder.remove();
}, 120_000);

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

import { afterEach, beforeEach, expect, test } from 'vitest';
import { AlertManager, type Notification } from '../../src/alert/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { temporaryFolder } from '../store/stores.ts';
import { detection, startMs } from './samples.ts';

/** Two processes, as far as the AlertManager can tell: a folder each, one store. */
let store: Store;
let nowMs = startMs;
let told: Record<string, Notification[]>;
let folders: ReturnType<typeof temporaryFolder>[];
let managers: AlertManager[];

async function open(name: string, shared: Store = store): Promise<AlertManager> {
  const folder = folders[managers.length] ?? temporaryFolder();
  folders[managers.length] = folder;
  const manager = await AlertManager.open({
    dataFolder: folder.path,
    store: shared,
    receivers: { team: { deliver: async (one) => void told[name]?.push(one) } },
    tickMs: false,
    storeEveryMs: 0,
    silencesEveryMs: 5_000,
    now: () => nowMs,
  });
  managers.push(manager);
  told[name] = [];
  return manager;
}

async function pass(ms: number): Promise<void> {
  nowMs += ms;
  for (const manager of managers) {
    await manager.tick();
    await manager.flush();
  }
}

beforeEach(async () => {
  store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
  nowMs = startMs;
  told = {};
  folders = [];
  managers = [];
});
afterEach(async () => {
  for (const manager of managers) await manager.close();
  for (const folder of folders) folder.remove();
  await store.close();
});

const hour = { endsMs: startMs + 3_600_000, createdBy: 'ann', matchers: ['user.name=user-1'] };

test('a silence made in one process holds in another within the interval, and so does its end', async () => {
  const [one, two] = [await open('one'), await open('two')];
  await pass(0);
  const silence = await one.silence(hour);
  await one.flush();
  await pass(4_999);
  expect(two.silences()).toEqual([]);
  await pass(1);
  expect(two.silences()).toEqual([silence]);
  const { alerts } = await two.raise(detection(1));
  expect(alerts[0]?.suppressedBy).toBe(`silence:${silence.id}`);
  await two.flush();
  expect(told.two).toEqual([]);

  expect(await two.unsilence(silence.id)).toBe(true);
  await two.flush();
  expect(one.silences()).toEqual([silence]);
  await pass(5_000);
  expect(one.silences()).toEqual([]);
  await pass(5_000);
  expect([one.silences(), two.silences()]).toEqual([[], []]);
  // The group is due again after its interval, and nothing holds it back now.
  await pass(300_000);
  expect(told.two).toHaveLength(1);
});

test('while the store is away a silence holds where it was made, and is shared afterwards', async () => {
  let away = true;
  const records = {
    ...store.records,
    put: (...args: Parameters<Store['records']['put']>) =>
      away ? Promise.reject(new Error('away')) : store.records.put(...args),
  };
  const [one, two] = [await open('one', { ...store, records }), await open('two')];
  const silence = await one.silence(hour);
  await one.flush();
  expect(one.silences()).toEqual([silence]);
  expect(one.figures()).toMatchObject({ storeWaiting: 1, storeFailures: 1 });
  await pass(5_000);
  expect(two.silences()).toEqual([]);
  away = false;
  await pass(5_000);
  await pass(5_000);
  expect(two.silences()).toEqual([silence]);
  expect(one.figures().storeWaiting).toBe(0);
});

test('what a process learned outlives its restart, and what cannot be read is left alone', async () => {
  const one = await open('one');
  const put = (id: string, matchers: unknown) =>
    store.records.put(
      'silences',
      id,
      { ...hour, id, matchers, startsMs: nowMs, comment: '' },
      { nowMs, expiresMs: hour.endsMs },
    );
  await put('good', [{ label: 'user.name', op: '=', value: 'user-1' }]);
  await put('worse', [{ label: 'user.name', op: '=~', value: '(' }]);
  await put('worst', 'everything');
  await pass(5_000);
  expect(one.silences().map(({ id }) => id)).toEqual(['good']);
  await one.close();
  managers = [];
  const again = await open('one');
  expect(again.silences().map(({ id }) => id)).toEqual(['good']);
});

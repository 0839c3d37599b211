import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlertManager, type AlertManagerOptions } from '../../src/alert/index.ts';
import { type Alerts, openStore, type Store, type StoredAlert } from '../../src/store/index.ts';
import { writeAll } from '../../src/store/outbox/write.ts';
import { temporaryFolder } from '../store/stores.ts';
import { detection } from './samples.ts';

/** The alerts of a store as the plainest map, with a database that fails when it is told to. */
class Rows {
  readonly byId = new Map<string, StoredAlert>();
  /** What the next calls do: fail before the write, or after it as a broken connection does. */
  failures: ('before' | 'after')[] = [];
  answers: Promise<void> | undefined;
  takesMs = 0;
  wholes = 0;
  counted = 0;

  readonly put = (alerts: readonly StoredAlert[]) =>
    this.#run(() => {
      this.wholes += alerts.length;
      for (const alert of alerts) {
        const known = this.byId.get(alert.id);
        if (!known || known.version < alert.version) this.byId.set(alert.id, structuredClone(alert));
      }
      return alerts.length;
    });

  readonly putCounts: Alerts['putCounts'] = (counts) =>
    this.#run(() => {
      this.counted += counts.length;
      const untouched: string[] = [];
      for (const one of counts) {
        const known = this.byId.get(one.id);
        if (known && known.version <= one.version) this.byId.set(one.id, { ...known, ...one });
        else untouched.push(one.id);
      }
      return untouched;
    });

  async #run<T>(write: () => T): Promise<T> {
    const failure = this.failures.shift();
    await turn();
    await this.answers;
    if (this.takesMs > 0) await sleep(this.takesMs);
    if (failure === 'before') throw new Error('the database is away');
    const result = write();
    await turn();
    if (failure === 'after') throw new Error('the connection broke');
    return result;
  }
}

interface Work {
  readonly manager: AlertManager;
  readonly rows: Rows;
}

/** A manager over such rows, whose journal takes a few turns of the event loop to be written. */
async function withRows(
  work: (with_: Work) => Promise<void>,
  options: Partial<AlertManagerOptions> = {},
): Promise<void> {
  const folder = temporaryFolder();
  const rows = new Rows();
  const embedded = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
  const store: Store = { ...embedded, alerts: { ...embedded.alerts, ...rows } };
  const manager = await AlertManager.open({
    dataFolder: folder.path,
    store,
    receivers: { out: { deliver: async () => {} } },
    tickMs: false,
    storeEveryMs: 0,
    risk: { threshold: Number.POSITIVE_INFINITY },
    journal: {
      segmentBytes: 64 * 1024,
      write: async (...frame) => {
        for (let turns = 0; turns < 3; turns++) await turn();
        await writeAll(...frame);
      },
    },
    ...options,
  });
  await work({ manager, rows });
  await manager.close();
  await embedded.close();
  folder.remove();
}

const about = (n: number, user: number) =>
  detection(n, { entities: { 'host.name': 'web', 'user.name': `user-${user}` } });

const user = fc.nat(2);
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('raise' as const), user }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(6) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), user }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('resolve' as const), user }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), user }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('fail' as const), when: fc.constantFrom('before', 'after') }),
    },
  ),
  { minLength: 40, maxLength: 60 },
);

test('the store ends with each alert as it is, whatever changed, failed or was taken away in between', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (list) =>
      withRows(async ({ manager, rows }) => {
        const newest = new Map<string, StoredAlert>();
        const removed = new Map<string, number>();
        const pending: Promise<unknown>[] = [];
        let raised = 0;
        const live = (wanted: number) =>
          manager
            .alerts()
            .find(
              ({ entities, status }) => status !== 'resolved' && entities['user.name'] === `user-${wanted}`,
            )?.id ?? 'none';
        const look = () => {
          for (const alert of manager.alerts()) newest.set(alert.id, structuredClone(alert));
        };
        for (const step of list) {
          if (step.do === 'raise') pending.push(manager.raise(about(raised++, step.user)));
          else if (step.do === 'acknowledge') pending.push(manager.acknowledge(live(step.user), 'ann'));
          else if (step.do === 'resolve') pending.push(manager.resolve(live(step.user), 'bob', 'done'));
          else if (step.do === 'fail') rows.failures.push(step.when as 'before' | 'after');
          else if (step.do === 'tick') await manager.tick();
          else if (step.do === 'wait') await sleep(step.ms);
          else {
            const id = live(step.user);
            if (rows.byId.delete(id)) removed.set(id, newest.get(id)!.version);
          }
          look();
        }
        await Promise.all(pending);
        rows.failures = [];
        await manager.flush();
        look();
        for (const [id, alert] of newest) {
          // A row taken away comes back with the next change.
          if (rows.byId.has(id) || removed.get(id) !== alert.version)
            expect(rows.byId.get(id)).toEqual(alert);
        }
      }),
    ),
    { numRuns: 30 },
  );
}, 60_000);

test('where nothing but its count changed, an alert is not written whole again', () =>
  withRows(async ({ manager, rows }) => {
    for (let n = 0; n < 10; n++) {
      await manager.raise(about(n, 0));
      await manager.stored();
    }
    expect(rows).toMatchObject({ wholes: 1, counted: 9 });
    expect([...rows.byId.values()]).toEqual(manager.alerts());
  }));

test('counts wait longer for a database that is slow', () =>
  withRows(
    async ({ manager, rows }) => {
      await manager.raise(about(0, 0));
      await manager.stored();
      rows.takesMs = 20;
      const endMs = performance.now() + 1_000;
      for (let n = 1; performance.now() < endMs; n++) {
        await manager.raise(about(n, 0));
        await sleep(1);
      }
      // Every 250 ms, where it would be every 70 ms by the rounds alone.
      expect(rows.counted).toBeGreaterThan(0);
      expect(rows.counted).toBeLessThanOrEqual(5);
    },
    { storeEveryMs: 10 },
  ));

test('counts that the database did not take are written again', () =>
  withRows(async ({ manager, rows }) => {
    await manager.raise(about(0, 0));
    await manager.stored();
    rows.failures = ['before', 'after'];
    await manager.raise(about(1, 0));
    await manager.stored();
    expect(rows.failures).toEqual([]);
    expect([...rows.byId.values()]).toEqual(manager.alerts());
  }));

test('an alert that ended is kept until the store has taken its end', () =>
  withRows(async ({ manager, rows }) => {
    const { alerts } = await manager.raise(about(0, 0));
    await manager.stored();
    const database = Promise.withResolvers<void>();
    rows.answers = database.promise;
    rows.failures = ['before'];
    const id = alerts[0]!.id;
    await manager.resolve(id, 'ann');
    const stored = manager.stored();
    await expect.poll(() => rows.failures).toEqual([]);
    await manager.tick();
    database.resolve();
    await stored;
    expect(rows.byId.get(id)).toMatchObject({ status: 'resolved' });
  }));

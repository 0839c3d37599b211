import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ndjson } from '../pipeline/rules.ts';
import { send } from '../server/send.ts';
import { withoutPostgres } from '../store/stores.ts';
import {
  OwnServer,
  sharedKafka,
  type TestBroker,
  withoutKafka,
  withoutNats,
  withoutRedis,
} from './brokers.ts';
import { Fleet, type Member } from './members.ts';
import { bruteForceRules, everyEventRule, failure } from './rules.ts';

const minuteMs = 60_000;

const brokers: {
  name: string;
  start: () => Promise<TestBroker>;
  without: string | undefined;
}[] = [
  { name: 'NATS', start: () => OwnServer.nats(), without: withoutNats ?? withoutPostgres },
  { name: 'Redis', start: () => OwnServer.redis(), without: withoutRedis ?? withoutPostgres },
  { name: 'Kafka', start: async () => sharedKafka(), without: withoutKafka ?? withoutPostgres },
].filter(({ without }) => without === undefined);

describe.each(brokers)('three workers over $name', ({ start }) => {
  let broker: TestBroker;
  let fleet: Fleet;
  let workers: Member[];
  let url: string;
  const begin = async (rules: string) => {
    fleet = await Fleet.start(broker, rules);
    // One after the other would have the first hold everything for a while; so they start as a deployment does.
    workers = [fleet.worker(), fleet.worker(), fleet.worker()];
    const door = fleet.frontDoor();
    for (const worker of workers) await worker.workerId();
    url = await door.url();
    // Every task is held, and by all three.
    await expect.poll(async () => (await fleet.leases()).size, { timeout: minuteMs }).toBe(7);
    await expect
      .poll(async () => new Set((await fleet.leases()).values()).size, { timeout: minuteMs })
      .toBe(3);
  };
  beforeEach(async () => {
    broker = await start();
  });
  afterEach(async () => {
    await fleet?.close();
    await broker.remove();
  });

  /** Failures one to a request, so that they are spread over all workers. */
  const fail = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      const answer = await send(url, '/v1/events', ndjson([failure(n)]), { 'idempotency-key': `f-${n}` });
      expect(answer.status).toBe(200);
    }
  };
  const raised = async () => {
    const alerts = await fleet.store.alerts.list({});
    const { threats } = await fleet.store.threats.list({});
    return {
      alerts: alerts.map(({ title, status }) => `${title}: ${status}`),
      threats: threats.map(({ title, kind }) => `${title}: ${kind}`),
    };
  };
  const once = { alerts: ['Brute force: open'], threats: ['Brute force: correlation'] };
  /** Messages that the receivers of all workers got. */
  const told = () =>
    readdirSync(fleet.folder)
      .map((name) => join(fleet.folder, name, 'alerts.ndjson'))
      .filter((file) => existsSync(file))
      .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));

  test(
    'a brute force spread over all of them raises exactly one alert',
    async () => {
      await begin(bruteForceRules);
      await fail(0, 60);
      await expect.poll(raised, { timeout: minuteMs }).toEqual(once);
      await fail(60, 90);
      await sleep(2_000);
      expect(await raised()).toEqual(once);
      expect(told()).toHaveLength(1);
    },
    3 * minuteMs,
  );

  test(
    'one killed midway, whatever it held: still exactly one',
    async () => {
      await begin(bruteForceRules);
      await fail(0, 20);
      await sleep(500);
      // The one that keeps the alerts, and the one that counts this group, as long as they differ.
      const leases = await fleet.leases();
      const offsets = await fleet.store.records.list(`${broker.prefix}:offsets`, { nowMs: Date.now() });
      const counting = offsets.map(({ key }) => leases.get(key)).find((id) => id !== undefined);
      const victim = workers[0] as Member;
      const ids = await Promise.all(workers.map((worker) => worker.workerId()));
      await (workers[ids.indexOf(counting ?? '')] ?? victim).end('SIGKILL');
      await fail(20, 60);
      await expect.poll(raised, { timeout: minuteMs }).toEqual(once);
      const keeper = (await fleet.leases()).get('alerts') ?? '';
      await workers[ids.indexOf(keeper)]?.end('SIGKILL');
      await fail(60, 90);
      await expect
        .poll(async () => (await fleet.leases()).get('alerts') !== keeper, { timeout: minuteMs })
        .toBe(true);
      await sleep(3_000);
      expect(await raised()).toEqual(once);
      expect(told()).toHaveLength(1);
    },
    3 * minuteMs,
  );

  test(
    'nothing that was answered is lost when workers are killed and the broker restarts',
    async () => {
      await begin(everyEventRule);
      const marked = (n: number) => ({ ...failure(n), mark: 'yes-it-is', event: { id: `event-${n}` } });
      const answered = new Set<number>();
      let next = 0;
      const sender = async () => {
        while (next < 150) {
          const batch = next++;
          const events = Array.from({ length: 40 }, (_, n) => marked(batch * 40 + n));
          const body = ndjson(events);
          // What is not answered is sent again under its name, as a shipper does.
          for (;;) {
            const headers = { 'idempotency-key': `batch-${batch}` };
            const answer = await send(url, '/v1/events', body, headers).catch(() => undefined);
            if (answer?.status === 200) break;
            await sleep(100);
          }
          answered.add(batch);
          if (batch === 40) void workers[0]?.end('SIGKILL');
          // One that others use too is left as it is.
          if (batch === 80 && broker instanceof OwnServer) {
            await broker.kill();
            await broker.start();
          }
          if (batch === 110) void workers[1]?.end('SIGKILL');
        }
      };
      await Promise.all([sender(), sender(), sender()]);
      expect(answered.size).toBe(150);
      await expect
        .poll(() => fleet.store.threats.count({}), { timeout: minuteMs, interval: 500 })
        .toBe(150 * 40);
      await sleep(2_500);
      // Each of them once, however often its message came.
      expect(await fleet.store.threats.count({})).toBe(150 * 40);
    },
    3 * minuteMs,
  );
});

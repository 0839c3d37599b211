import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, type LogMessage, openBroker, type QueueMessage } from '../../src/broker/index.ts';
import {
  OwnServer,
  sharedKafka,
  type TestBroker,
  withoutKafka,
  withoutNats,
  withoutRedis,
} from './brokers.ts';

const text = ({ data }: { data: Uint8Array }) => Buffer.from(data).toString();
const outgoing = (ids: readonly string[], partition = 0) =>
  ids.map((id) => ({ id, data: Buffer.from(`of ${id}`), partition }));

contract('nats', withoutNats, () => OwnServer.nats());
contract('redis', withoutRedis, () => OwnServer.redis());
contract('kafka', withoutKafka, async () => sharedKafka());

/** One table of cases for every broker. */
function contract(name: string, without: string | undefined, start: () => Promise<TestBroker>): void {
  describe.skipIf(without !== undefined)(name, () => {
    let server: TestBroker;
    let broker: Broker;
    beforeAll(async () => {
      server = await start();
      const { url, prefix } = server;
      broker = await openBroker(url, { prefix, ackWaitMs: 1_000, maxQueueBytes: 1 << 20 });
    });
    afterAll(async () => {
      await broker?.close();
      await server?.remove();
    });

    test('a message of the queue comes until it is acknowledged', async () => {
      await broker.publish('events', outgoing(['a', 'b', 'c']));
      const seen: string[] = [];
      const first = await broker.consume({
        async take(messages) {
          for (const message of messages) {
            seen.push(`${message.id}:${text(message)}:${message.deliveries}`);
            expect(Math.abs(Date.now() - message.timeMs)).toBeLessThan(600_000);
            if (message.id === 'b' && message.deliveries === 1) await message.retry(50);
            else if (message.id === 'c' && message.deliveries === 1) continue;
            else await message.ack();
          }
        },
      });
      await expect
        .poll(() => [...seen].sort(), { timeout: 20_000 })
        .toEqual([...['a:of a:1', 'b:of b:1', 'b:of b:2', 'c:of c:1', 'c:of c:2']]);
      await first.stop();
      await expect.poll(() => broker.queue(), { timeout: 10_000 }).toEqual({ waiting: 0, pending: 0 });
    });

    test('two consumers share the queue, and each message goes to one', async () => {
      const ids = Array.from({ length: 200 }, (_, n) => `shared-${n}`);
      const taken: string[] = [];
      const take = async (messages: readonly QueueMessage[]) => {
        for (const message of messages) {
          taken.push(message.id);
          await message.ack();
        }
      };
      const consumers = await Promise.all([broker.consume({ take }), broker.consume({ take })]);
      await broker.publish('events', outgoing(ids));
      await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(ids.length);
      expect(new Set(taken).size).toBe(ids.length);
      for (const consumer of consumers) await consumer.stop();
    });

    test('a partition of a log is read in order, from a time on, as often as wanted', async () => {
      const ids = Array.from({ length: 50 }, (_, n) => `log-${n}`);
      await broker.publish('hits', outgoing(['other'], 4));
      for (const id of ids.slice(0, 25)) await broker.publish('hits', outgoing([id], 3));
      const read = async (count: number) => {
        const seen: LogMessage[] = [];
        const following = await broker.follow('hits', 3, {
          sinceMs: Date.now() - 60_000,
          async take(messages) {
            seen.push(...messages);
          },
          onEnd: () => {},
        });
        await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(count);
        await following.stop();
        return seen;
      };
      expect((await read(25)).map(({ id }) => id)).toEqual(ids.slice(0, 25));
      for (const id of ids.slice(25)) await broker.publish('hits', outgoing([id], 3));
      const all = await read(50);
      expect(all.map(({ id }) => id)).toEqual(ids);
      const positions = all.map(({ position }) => position);
      expect(positions).toEqual([...positions].sort());
      expect(new Set(positions).size).toBe(50);
    });

    test('what fails while following ends it with that error', async () => {
      const ended = Promise.withResolvers<unknown>();
      await broker.publish('detections', outgoing(['x']));
      const following = await broker.follow('detections', 0, {
        sinceMs: Date.now() - 60_000,
        take: async () => {
          throw new Error('not this one');
        },
        onEnd: ended.resolve,
      });
      expect(await ended.promise).toMatchObject({ message: 'not this one' });
      await following.stop();
    });

    test('a full queue refuses, and takes again when there is room', async () => {
      const large = (n: number) => ({ id: `large-${n}`, data: Buffer.alloc(200_000, n) });
      let refused: unknown;
      for (let n = 0; n < 20 && !refused; n++) {
        refused = await broker.publish('events', [large(n)]).then(
          () => undefined,
          (error: unknown) => error,
        );
      }
      expect(refused).toMatchObject({ code: 'WOLFSEC_STORE_FULL' });
      const consumer = await broker.consume({
        async take(messages) {
          for (const message of messages) await message.ack();
        },
      });
      await expect
        .poll(
          () =>
            broker.publish('events', [large(99)]).then(
              () => true,
              () => false,
            ),
          { timeout: 20_000 },
        )
        .toBe(true);
      await sleep(100);
      await consumer.stop();
    });

    test('health tells whether it answers', async () => {
      expect(await broker.health()).toEqual({ ok: true });
    });
  });
}

test.skipIf(withoutRedis !== undefined)('Redis keeps dead letters for longer than its logs', async () => {
  const server = await OwnServer.redis();
  const broker = await openBroker(server.url, { prefix: server.prefix, logMs: 1 });
  const client = createClient({ url: server.url });
  await client.connect();
  // Redis lets go of a hundred entries at a time.
  for (const topic of ['dead', 'detections'] as const) {
    await broker.publish(topic, outgoing(Array.from({ length: 300 }, (_, n) => `${n}`)));
    await sleep(20);
    await broker.publish(topic, outgoing(['last']));
  }
  expect(await client.xLen('wolfsec:dead:0')).toBe(301);
  expect(await client.xLen('wolfsec:detections:0')).toBeLessThan(301);
  client.destroy();
  await broker.close();
  await server.remove();
});

test('an address of another kind is refused without telling its password', async () => {
  await expect(openBroker('amqp://user:secret@host')).rejects.toThrow(
    expect.objectContaining({
      code: 'WOLFSEC_INVALID_ARGUMENT',
      message: expect.not.stringContaining('secret'),
    }),
  );
  for (const scheme of ['nats', 'redis', 'kafka']) {
    await expect(openBroker(`${scheme}://user:secret@127.0.0.1:1`)).rejects.toThrow(
      expect.objectContaining({
        code: 'WOLFSEC_BROKER_UNAVAILABLE',
        message: expect.not.stringContaining('secret'),
      }),
    );
  }
}, 20_000);

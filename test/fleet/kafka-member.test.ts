import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openBroker } from '../../src/broker/index.ts';
import { clientOptions } from '../../src/broker/kafka/address.ts';
import { Member } from '../../src/broker/kafka/member.ts';
import { FakeKafka } from './fake-kafka.ts';

const topics = { 'w.events': 2, 'w.hits': 2, 'w.detections': 1, 'w.dead': 1 };

test('nothing is committed while the group shares out anew: it would be refused, and have it share once more', async () => {
  const fake = await FakeKafka.start({ host: '127.0.0.1', topics });
  const shares: (readonly number[])[] = [];
  const ends: unknown[] = [];
  const member = await Member.join({
    client: clientOptions(`kafka://127.0.0.1:${fake.port}`, { prefix: 'w' }),
    ...{ group: 'w.detect', topic: 'w.events', sessionMs: 600 },
    onShare: (share) => shares.push(share),
    onEnd: (error) => ends.push(error),
  });
  const { group } = fake;
  member.commit(0, 1);
  await expect.poll(() => group.asked).toEqual(['join', 'sync', 'commit 1']);
  group.joinMs = 400;
  group.rebalance();
  await expect.poll(() => group.asked.at(-1)).toBe('join');
  for (let position = 2; position < 10; position++) {
    member.commit(0, position);
    await sleep(20);
  }
  await expect.poll(() => group.asked.slice(3)).toEqual(['join', 'sync', 'commit 2']);
  await sleep(600);
  expect(group.asked.filter((asked) => asked === 'join')).toHaveLength(2);
  expect(shares).toEqual([[0], [0]]);
  expect(ends).toEqual([]);
  await member.leave();
  await fake.stop();
});

test('a first broker that hangs is passed over', async () => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => mute.once('listening', resolve));
  const { port } = mute.address() as { port: number };
  const fake = await FakeKafka.start({ host: '127.0.0.1', topics });
  const url = `kafka://127.0.0.1:${port},127.0.0.1:${fake.port}`;
  const broker = await openBroker(url, { prefix: 'w', partitions: 2 });
  const openedMs = performance.now();
  expect(await broker.health()).toEqual({ ok: true });
  expect(performance.now() - openedMs).toBeLessThan(2_000);
  await broker.close();
  await fake.stop();
  mute.close();
}, 20_000);

test('a first broker that comes to hang is passed over, too', async () => {
  const first = await FakeKafka.start({ host: '127.0.0.1', topics });
  const second = await FakeKafka.start({ host: '127.0.0.1', topics });
  const url = `kafka://127.0.0.1:${first.port},127.0.0.1:${second.port}`;
  const broker = await openBroker(url, { prefix: 'w', partitions: 2 });
  first.hangs = true;
  // The first try is slow; then there is another order.
  expect(await broker.health()).toEqual({ ok: true });
  await sleep(3_000);
  const laterMs = performance.now();
  expect(await broker.health()).toEqual({ ok: true });
  expect(performance.now() - laterMs).toBeLessThan(2_000);
  await broker.close();
  await first.stop();
  await second.stop();
}, 40_000);

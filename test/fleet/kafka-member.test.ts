import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
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

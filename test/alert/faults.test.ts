import { writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AlertManager, DeliveryFailure, type Notification, type Receiver } from '../../src/alert/index.ts';
import type { JournalOptions } from '../../src/store/index.ts';
import { temporaryFolder } from '../store/stores.ts';
import { detection } from './samples.ts';

const delivery = { retryMs: 5, maxRetryMs: 20, timeoutMs: 100, attempts: 4, breaker: { failures: 100 } };

async function withReceiver(
  deliver: Receiver['deliver'],
  work: (manager: AlertManager) => Promise<void>,
  options = {},
): Promise<void> {
  const folder = temporaryFolder();
  const others: Notification[] = [];
  await using manager = await AlertManager.open({
    dataFolder: folder.path,
    receivers: { bad: { deliver }, good: { deliver: async (one) => void others.push(one) } },
    route: {
      receiver: 'good',
      groupBy: ['user.name'],
      routes: [{ receiver: 'bad', continue: true }, { receiver: 'good' }],
    },
    delivery,
    risk: { threshold: Number.POSITIVE_INFINITY },
    ...options,
  });
  await work(manager);
  // Whatever the one does, the other gets everything.
  await expect.poll(() => others.length).toBe(manager.figures().raised);
  await manager.close();
  folder.remove();
}

test('a receiver that fails at times gets everything in order, each under one key', async () => {
  const got: Notification[] = [];
  let calls = 0;
  const flaky: Receiver['deliver'] = async (notification) => {
    const call = calls++ % 4;
    if (call === 0) throw new DeliveryFailure('500', { retryable: true });
    if (call === 1) throw new DeliveryFailure('429', { retryable: true, retryAfterMs: 10 });
    if (call === 2) return new Promise(() => {});
    got.push(notification);
  };
  await withReceiver(flaky, async (manager) => {
    for (let n = 0; n < 5; n++) await manager.raise(detection(n));
    await manager.flush();
    expect(got.map(({ labels }) => labels['user.name'])).toEqual([0, 1, 2, 3, 4].map((n) => `user-${n}`));
    expect(new Set(got.map(({ key }) => key)).size).toBe(5);
    expect(manager.figures()).toMatchObject({ undelivered: 0, deadLetters: 0 });
  });
});

test('what cannot be delivered becomes a dead letter, which can be tried again', async () => {
  const keys: string[] = [];
  let works = false;
  const refusing: Receiver['deliver'] = async ({ key }) => {
    keys.push(key);
    if (!works) throw new DeliveryFailure('400', { retryable: false });
  };
  await withReceiver(refusing, async (manager) => {
    await manager.raise(detection(1));
    await manager.flush();
    const [letter] = manager.deadLetters();
    expect(letter).toMatchObject({ reason: '400', attempts: 1 });
    works = true;
    expect(await manager.redeliver(letter!.notification.key)).toBe(true);
    await manager.flush();
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(manager.deadLetters()).toEqual([]);
    expect(await manager.redeliver('none')).toBe(false);
  });
});

test('a dead letter that the disk does not let go stays one', async () => {
  let full = false;
  const disk: JournalOptions['write'] = async ({ fd }, bytes, position) => {
    if (full) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    writeSync(fd, bytes, 0, bytes.length, position);
  };
  let delivered = 0;
  const refusing: Receiver['deliver'] = async () => {
    if (delivered++ === 0) throw new DeliveryFailure('400', { retryable: false });
  };
  await withReceiver(
    refusing,
    async (manager) => {
      await manager.raise(detection(1));
      await manager.flush();
      const [letter] = manager.deadLetters();
      full = true;
      await expect(manager.redeliver(letter!.notification.key)).rejects.toMatchObject({
        code: 'WOLFSEC_STORE_FULL',
      });
      expect(manager.deadLetters()).toEqual([letter]);
      expect(manager.figures().undelivered).toBe(0);
      full = false;
      expect(await manager.redeliver(letter!.notification.key)).toBe(true);
      await manager.flush();
      expect([delivered, manager.deadLetters()]).toEqual([2, []]);
    },
    { journal: { write: disk } },
  );
});

test('a receiver that fails to close does not keep the outbox', async () => {
  const folder = temporaryFolder();
  const open = (close: Receiver['close']) =>
    AlertManager.open({
      dataFolder: folder.path,
      receivers: { bad: { deliver: async () => {}, ...(close ? { close } : {}) } },
    });
  const manager = await open(() => Promise.reject(new Error('will not')));
  await expect(manager.close()).rejects.toThrow('will not');
  const next = await open(undefined);
  await next.close();
  folder.remove();
});

test('the breaker leaves a dead receiver alone, and raising stays as quick', async () => {
  let calls = 0;
  const dead: Receiver['deliver'] = async () => {
    calls++;
    throw new DeliveryFailure('500', { retryable: true });
  };
  const options = { delivery: { ...delivery, attempts: 1_000, breaker: { failures: 3, openMs: 60_000 } } };
  await withReceiver(
    dead,
    async (manager) => {
      for (let n = 0; n < 200; n++) await manager.raise(detection(n));
      await expect.poll(() => manager.figures().receivers.bad?.breaker).toBe('open');
      expect(calls).toBe(3);
      expect(manager.figures()).toMatchObject({ raised: 200, receivers: { bad: { waiting: 200 } } });
    },
    options,
  );
});

test('a queue that is full gives its oldest up, and what is undelivered comes back after a restart', async () => {
  const folder = temporaryFolder();
  const open = (deliver: Receiver['deliver']) =>
    AlertManager.open({
      dataFolder: folder.path,
      receivers: { one: { deliver } },
      route: { receiver: 'one', groupBy: ['user.name'] },
      delivery: { ...delivery, capacity: 10, timeoutMs: 60_000 },
      risk: { threshold: Number.POSITIVE_INFINITY },
    });
  const hanging = await open(() => new Promise(() => {}));
  for (let n = 0; n < 15; n++) await hanging.raise(detection(n));
  expect(hanging.figures()).toMatchObject({ undelivered: 10, deadLetters: 5 });
  await hanging.close();
  const got: Notification[] = [];
  const working = await open(async (one) => void got.push(one));
  await working.flush();
  expect(got).toHaveLength(10);
  expect(working.deadLetters()).toHaveLength(5);
  await working.close();
  const third = await open(async (one) => void got.push(one));
  await third.flush();
  expect(got).toHaveLength(10);
  await third.close();
  folder.remove();
});

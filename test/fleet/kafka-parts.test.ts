import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientOptions } from '../../src/broker/kafka/address.ts';
import { failedWith, reasonOf, unavailable } from '../../src/broker/kafka/failure.ts';
import { Progress } from '../../src/broker/kafka/progress.ts';
import { Room } from '../../src/broker/kafka/room.ts';
import { roundsOf, sizeOf, spread } from '../../src/broker/kafka/rounds.ts';

describe('an address', () => {
  const optionsOf = (url: string, more = {}) => clientOptions(url, { prefix: 'wolfsec', ...more });

  test('names brokers, a user, and TLS', () => {
    expect(optionsOf('kafka://a:9092,b/')).toEqual({
      clientId: 'wolfsec',
      context: expect.anything(),
      bootstrapBrokers: ['a:9092', 'b'],
    });
    expect(optionsOf('kafkas://u%40x:p%3Aw@host:9093?mechanism=plain')).toMatchObject({
      bootstrapBrokers: ['host:9093'],
      tls: {},
      tlsServerName: true,
      sasl: { mechanism: 'PLAIN', username: 'u@x', password: 'p:w' },
    });
    expect(optionsOf('kafkas://10.0.0.1:9093')).toMatchObject({ tlsServerName: false });
    expect(optionsOf('kafkas://[::1]:9093')).toMatchObject({ tlsServerName: false });
    expect(optionsOf('kafka://u:p@h').sasl?.mechanism).toBe('SCRAM-SHA-512');
  });

  test('whose password holds what parts it elsewhere, or comes apart from it', () => {
    for (const password of ['a:b', 'a://b', 'a@b', 'a/b?c', '%25'])
      expect(optionsOf(`kafka://u:${password}@h`).sasl).toMatchObject({
        username: 'u',
        password: decodeURIComponent(password),
      });
    expect(optionsOf('kafka://u@h', { password: 'p:%' }).sasl).toMatchObject({ password: 'p:%' });
  });

  test.each([
    'kafka://',
    'kafka://u:secret@',
    'kafka://u:secret@h?mechanism=magic',
    'kafka://u:secret@h?mechanisms=PLAIN',
    'kafka://u:secret%@h',
    'kafka://u:secret@h:port',
    'kafka://u:secret@h:0',
    'kafka://u:secret@h:65536',
    'kafka://u@h',
    'kafka://:secret@h',
    'kafka://h?mechanism=PLAIN',
  ])('%s is refused', (url) => {
    expect(() => optionsOf(url)).toThrow(
      expect.objectContaining({
        code: 'WOLFSEC_INVALID_ARGUMENT',
        message: expect.not.stringContaining('secret'),
      }),
    );
  });

  test('without a user has no use for a password', () => {
    expect(() => optionsOf('kafka://h', { password: 'secret' })).toThrow(/user@host/);
  });
});

describe('a failure', () => {
  const refused = new AggregateError([Object.assign(new Error(''), { code: 'ECONNREFUSED' })], '');
  const nested = new AggregateError(
    [new Error('first try'), new Error('connection failed', { cause: refused })],
    'metadata failed 2 times.',
  );

  test('is told by its innermost reason', () => {
    expect(reasonOf(nested)).toBe('ECONNREFUSED');
    const large = Object.assign(new Error('too large'), { apiId: 'MESSAGE_TOO_LARGE' });
    expect(reasonOf(new AggregateError([large], 'response with error'))).toBe('MESSAGE_TOO_LARGE: too large');
    expect(reasonOf(new Error('outer', { cause: new Error('') }))).toBe('outer');
    expect(unavailable(nested)).toMatchObject({
      code: 'WOLFSEC_BROKER_UNAVAILABLE',
      message: 'kafka: ECONNREFUSED',
      cause: nested,
    });
  });

  test('is known by the name that the protocol has for it, however deep', () => {
    const large = Object.assign(new Error('too large'), { apiId: 'MESSAGE_TOO_LARGE' });
    const around = new Error('outer', { cause: new AggregateError([new Error('other'), large]) });
    expect(failedWith(around, 'RECORD_LIST_TOO_LARGE', 'MESSAGE_TOO_LARGE')).toBe(true);
    expect(failedWith(around, 'TOPIC_ALREADY_EXISTS')).toBe(false);
  });
});

describe('rounds', () => {
  const sized = fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 3 })));
  const outgoing = (sizes: [number, number][]) =>
    sizes.map(([size, partition], n) => ({ id: String(n), data: Buffer.alloc(size), partition }));

  test('hold every message once, in the order of its partition, in batches that are taken', () => {
    fc.assert(
      fc.property(sized, (sizes) => {
        const messages = outgoing(sizes);
        const rounds = roundsOf(messages, 2_000);
        for (const partition of [0, 1, 2, 3]) {
          const batches = rounds.map((round) => round.filter((message) => message.partition === partition));
          expect(batches.flat()).toEqual(messages.filter((message) => message.partition === partition));
          for (const batch of batches) {
            const bytes = batch.reduce((sum, message) => sum + sizeOf(message), 0);
            expect(batch.length < 2 || bytes <= 2_000).toBe(true);
          }
        }
      }),
    );
  });

  test('events go to one partition after the other in runs, each a batch at most', () => {
    let turn = 5;
    const messages = outgoing([500, 500, 500, 5_000, 100].map((size) => [size, 0]));
    const routed = [...spread(messages, () => turn++, 1_600)];
    expect(routed.map(({ partition }) => partition)).toEqual([5, 5, 6, 7, 8]);
  });
});

describe('room', () => {
  const full = expect.objectContaining({ code: 'WOLFSEC_STORE_FULL' });

  test('is what waits, taken to be as large as what was sent last', async () => {
    let waiting = 0;
    const room = new Room(1_000, async () => waiting);
    for (const size of [10, 10, 400, 400]) await room.take([size]);
    waiting = 2;
    // It is not asked for each that is refused.
    await expect(room.take([300])).rejects.toThrow(full);
    await sleep(150);
    await expect(room.take([300])).rejects.toThrow(full);
    waiting = 1;
    await sleep(150);
    await room.take([300]);
  });

  test('asks once, however many want to know', async () => {
    let asked = 0;
    const room = new Room(1_000, async () => {
      asked++;
      return 0;
    });
    await Promise.all(Array.from({ length: 5 }, () => room.take([100])));
    expect(asked).toBe(1);
  });
});

describe('progress', () => {
  test('stands at the first message that is not done', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(20).keys()]), (settled) => {
        const progress = new Progress<number>(100);
        for (let n = 0; n < 20; n++) progress.give(100 + n, n);
        const open = new Set(Array(20).keys());
        for (const n of settled) {
          progress.settle(100 + n);
          open.delete(n);
          expect(progress.position).toBe(100 + Math.min(20, ...open));
        }
        expect(progress.openCount).toBe(open.size);
        expect([...progress.open]).toEqual([...open]);
      }),
    );
  });

  test('begins anew with a log that does', () => {
    const progress = new Progress<string>(7);
    expect(progress.position).toBe(7);
    expect(progress.give(7, 'old')).toEqual([]);
    expect(progress.give(0, 'new')).toEqual(['old']);
    expect([progress.position, progress.at(7), progress.at(0)]).toEqual([0, undefined, 'new']);
  });
});

import { expect, test } from 'vitest';
import type { Broker, ConsumeOptions, Outgoing, QueueMessage } from '../../src/broker/index.ts';
import { WolfsecError } from '../../src/errors.ts';
import { DetectStage, joined } from '../../src/fleet/detect-stage.ts';
import { fleetMetrics } from '../../src/fleet/metrics.ts';
import { Registry } from '../../src/metrics/index.ts';
import type { IngestBatch, IngestPipeline } from '../../src/pipeline/index.ts';
import { openStore } from '../../src/store/index.ts';

class Message implements QueueMessage {
  readonly timeMs = 0;
  readonly data: Uint8Array;
  settled = '';
  readonly id: string;
  readonly deliveries: number;

  constructor(id: string, text: string, deliveries = 1) {
    this.id = id;
    this.data = Buffer.from(text);
    this.deliveries = deliveries;
  }

  async ack() {
    this.settled = 'ack';
  }

  async retry(delayMs: number) {
    this.settled = `retry ${delayMs}`;
  }

  working() {}
}

/** A stage whose messages come from the test, and whose pipeline is the test's. */
async function stage(take: (batch: IngestBatch) => Promise<unknown>) {
  const store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
  let options: ConsumeOptions | undefined;
  const dead: Outgoing[] = [];
  const broker = {
    kind: 'test',
    async consume(given: ConsumeOptions) {
      options = given;
      return { stop: async () => {} };
    },
    async publish(_: string, messages: readonly Outgoing[]) {
      dead.push(...messages);
    },
  } as unknown as Broker;
  const running = new DetectStage({
    broker,
    pipeline: { take: take as IngestPipeline['take'] },
    metrics: fleetMetrics(new Registry()),
    records: store.records,
    prefix: 'test',
    ackWaitMs: 60_000,
    maxDeliveries: 3,
    onError: () => {},
  });
  await running.start();
  return {
    dead,
    give: async (...messages: Message[]) => {
      await options?.take(messages);
      await running.stop();
      return messages.map(({ settled }) => settled);
    },
    store,
  };
}

const refusesPoison = async ({ ndjson }: IngestBatch) => {
  if (Buffer.from(ndjson).includes('poison')) throw new WolfsecError('WOLFSEC_INTERNAL', 'cannot be');
};

test('a message at fault comes again and then goes to the dead letters; those beside it are taken', async () => {
  const first = await stage(refusesPoison);
  const messages = [new Message('a', '{}'), new Message('b', 'poison'), new Message('c', '{}\n')];
  expect(await first.give(...messages)).toEqual(['ack', 'retry 1000', 'ack']);
  expect(first.dead).toEqual([]);
  const last = await stage(refusesPoison);
  expect(await last.give(new Message('b', 'poison', 3))).toEqual(['ack']);
  expect(last.dead.map(({ id }) => id)).toEqual(['b']);
});

test('a message that nobody was seen to finish is tried alone a few times, then buried', async () => {
  const batches: number[] = [];
  const { dead, give, store } = await stage(async ({ ndjson }) => batches.push(ndjson.length));
  // Often given out, and well: it only had to wait.
  expect(await give(new Message('slow', '{}', 9))).toEqual(['ack']);
  expect(dead).toEqual([]);
  const nowMs = Date.now();
  await store.records.put('test:tries', 'killer', 3, { nowMs });
  expect(await give(new Message('killer', '{}', 9))).toEqual(['ack']);
  expect(dead.map(({ id }) => id)).toEqual(['killer']);
  expect(batches).toHaveLength(1);
});

test('while the store is away a message waits, and is not counted against', async () => {
  let calls = 0;
  const { give, dead } = await stage(async () => {
    if (++calls < 4) throw new WolfsecError('WOLFSEC_STORE_UNAVAILABLE', 'away');
  });
  const message = new Message('a', '{}', 3);
  const giving = give(message);
  await expect.poll(() => calls, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(await giving).toEqual([calls < 4 ? 'retry 0' : 'ack']);
  expect(dead).toEqual([]);
});

test('lines of messages put together keep their places', () => {
  const { ndjson, placeOf } = joined([
    new Message('s#101', '{"a":1}\n{"a":2}\n'),
    new Message('foreign', '{"a":3}'),
    new Message('t#1', '\n{"a":4}'),
  ]);
  expect(Buffer.from(ndjson).toString()).toBe('{"a":1}\n{"a":2}\n{"a":3}\n\n{"a":4}\n');
  expect([0, 1, 2, 3, 4].map(placeOf).map(({ source, line }) => `${source}:${line}`)).toEqual([
    ...['s:101', 's:102', 'foreign:1', 't:1', 't:2'],
  ]);
});

import { expect, test } from 'vitest';
import { Batcher } from '../../src/cache/index.ts';
import { Registry } from '../../src/metrics/index.ts';

const registry = new Registry();
const turn = () => new Promise(setImmediate);

test('an item whose size cannot be told is refused alone, whether it waits or not', async () => {
  const gate = Promise.withResolvers<void>();
  const batches: string[][] = [];
  const batcher = new Batcher<string>({
    flush: async (items) => {
      batches.push(items);
      await gate.promise;
    },
    sizeOf: (item) => item.length,
    maxItems: 1,
    maxPending: 1,
    registry,
  });
  await expect(batcher.add(null as never)).rejects.toThrow(TypeError);
  await batcher.add('a');
  const refused = batcher.add(null as never);
  const next = batcher.add('b');
  refused.catch(() => {});
  gate.resolve();
  await expect(refused).rejects.toThrow(TypeError);
  await next;
  await batcher.close();
  expect(batches).toEqual([['a'], ['b']]);
});

test('a size that is no number of bytes is refused', async () => {
  const batcher = new Batcher<number>({ flush: () => {}, sizeOf: (item) => item, maxBytes: 10, registry });
  for (const size of [Number.NaN, -1])
    await expect(batcher.add(size)).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_ARGUMENT' });
  expect(batcher.pending).toBe(0);
  await batcher.close();
});

test('a flush ends with what was added before it, however much comes after', async () => {
  const flushed: number[] = [];
  const batcher = new Batcher<number>({
    flush: async (items) => {
      await turn();
      flushed.push(...items);
    },
    maxItems: 2,
    maxPending: 4,
    concurrency: 2,
    registry,
  });
  let added = 0;
  let ended = false;
  const adding = (async () => {
    while (!ended) await batcher.add(added++);
  })();
  const waiting = batcher.add(-1);
  while (flushed.length < 20) await turn();
  for (let i = 0; i < 5; i++) {
    const before = added - 1;
    await batcher.flush();
    expect(flushed).toContain(before - 4);
  }
  await waiting;
  expect(flushed).toContain(-1);
  ended = true;
  await adding;
  await batcher.close();
  expect(flushed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: added + 1 }, (_, i) => i - 1));
});

test('what waits for room when a flush begins is flushed too', async () => {
  const flushed: number[] = [];
  const batcher = new Batcher<number>({
    flush: async (items) => {
      await turn();
      flushed.push(...items);
    },
    maxItems: 10,
    maxPending: 1,
    maxDelayMs: 100_000,
    registry,
  });
  for (let i = 0; i < 5; i++) void batcher.add(i);
  await batcher.flush();
  expect(flushed).toEqual([0, 1, 2, 3, 4]);
  await batcher.close();
});

test('a delay without end waits for number and bytes', async () => {
  const batches: number[][] = [];
  const batcher = new Batcher<number>({
    flush: (items) => void batches.push(items),
    maxItems: 2,
    maxDelayMs: Infinity,
    registry,
  });
  await batcher.add(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(batches).toEqual([]);
  await batcher.add(2);
  await batcher.close();
  expect(batches).toEqual([[1, 2]]);
});

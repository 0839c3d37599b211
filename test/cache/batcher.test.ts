import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Batcher, mapConcurrent } from '../../src/cache/index.ts';
import { Registry } from '../../src/metrics/index.ts';

const registry = new Registry();

test('batches close by number, bytes and time', async () => {
  const batches: string[][] = [];
  const flush = (items: string[]) => void batches.push(items);
  const batcher = new Batcher<string>({
    flush,
    maxItems: 3,
    maxBytes: 10,
    sizeOf: (item) => item.length,
    maxDelayMs: 5,
    registry,
  });
  for (const item of ['a', 'b', 'c', 'dddddd', 'eeeeee', 'f']) await batcher.add(item);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(batches).toEqual([['a', 'b', 'c'], ['dddddd'], ['eeeeee', 'f']]);
  await batcher.close();
});

test('what adds too fast waits', async () => {
  const gate = Promise.withResolvers<void>();
  const batcher = new Batcher<number>({ flush: () => gate.promise, maxItems: 2, maxPending: 4, registry });
  for (let i = 0; i < 4; i++) expect(batcher.offer(i)).toBe(true);
  expect(batcher.offer(4)).toBe(false);
  let accepted = false;
  const waiting = batcher.add(4).then(() => (accepted = true));
  await new Promise(setImmediate);
  expect(accepted).toBe(false);
  gate.resolve();
  await waiting;
  await batcher.close();
  expect(batcher.pending).toBe(0);
  await expect(batcher.add(5)).rejects.toMatchObject({ code: 'WOLFSEC_DISPOSED' });
});

test('every item goes out once, in order, whatever the bounds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(9), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 20 }),
      async (sizes, maxItems, maxBytes, maxPending) => {
        const out: { index: number; size: number }[] = [];
        const batcher = new Batcher<{ index: number; size: number }>({
          flush: async (items) => {
            expect(items.length).toBeLessThanOrEqual(maxItems);
            const bytes = items.reduce((sum, item) => sum + item.size, 0);
            expect(items.length === 1 || bytes <= maxBytes).toBe(true);
            await null;
            out.push(...items);
          },
          maxItems,
          maxBytes,
          maxPending,
          sizeOf: (item) => item.size,
          registry,
        });
        const adding = sizes.map((size, index) => batcher.add({ index, size }));
        await batcher.close();
        await Promise.all(adding);
        expect(out.map((item) => item.index)).toEqual(sizes.map((_, i) => i));
      },
    ),
    { numRuns: 60 },
  );
});

test('a failed batch goes to onFailure, or rejects the flush', async () => {
  const failed: number[] = [];
  const flush = () => Promise.reject(new Error('disk full'));
  const told = new Batcher<number>({ flush, onFailure: (items) => failed.push(...items), registry });
  await told.add(1);
  await told.close();
  expect(failed).toEqual([1]);
  const silent = new Batcher<number>({ flush, registry });
  await silent.add(1);
  await expect(silent.close()).rejects.toThrow('disk full');
});

test('closing can be given up', async () => {
  const failed: number[] = [];
  const batcher = new Batcher<number>({
    flush: (_, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    maxItems: 1,
    onFailure: (items) => failed.push(...items),
    registry,
  });
  await batcher.add(1);
  await batcher.add(2);
  await batcher.close(AbortSignal.timeout(10));
  expect(failed.sort()).toEqual([1, 2]);
});

test('mapConcurrent keeps the order and its bound', async () => {
  let running = 0;
  let most = 0;
  const result = await mapConcurrent(
    Array.from({ length: 50 }, (_, i) => i),
    async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, item % 3));
      running--;
      return item * 2;
    },
  );
  expect(result).toEqual(Array.from({ length: 50 }, (_, i) => i * 2));
  expect(most).toBe(10);
});

test('mapConcurrent ends by its signal, and tells the calls in flight of a failure', async () => {
  const abort = new AbortController();
  const hanging = mapConcurrent([1, 2, 3], () => new Promise(() => {}), { signal: abort.signal });
  abort.abort();
  await expect(hanging).rejects.toMatchObject({ code: 'WOLFSEC_ABORTED' });
  let told = false;
  const failing = mapConcurrent([1, 2], async (item, _, signal) => {
    if (item === 2) throw new Error('second');
    signal.addEventListener('abort', () => (told = true));
    await new Promise(() => {});
  });
  await expect(failing).rejects.toThrow('second');
  expect(told).toBe(true);
});

import { describe, expect, test } from 'vitest';
import { BatchCopies } from '../../src/detect/batch-copies.ts';
import { ThreatDetector } from '../../src/detect/index.ts';
import { backends } from '../parity/backends.ts';

const rule = {
  file: 'rule.yml',
  text: 'title: t\nid: one\nlogsource: { product: x }\ndetection:\n  s: { a|contains: whoami }\n  condition: s\n',
};
const line = Buffer.from(`{"a":"${'z'.repeat(50)}"}\n`);
const last = Buffer.from('{"a":"whoami"}\n');
const lines = 100_000;

type Memory = ArrayBuffer & { resize(bytes: number): void; transfer(bytes: number): ArrayBuffer };

const taken: [string, object, (memory: Memory) => void][] = [
  ['shrunk', { maxByteLength: lines * line.length + last.length }, (memory) => memory.resize(1)],
  ['moved and cut', {}, (memory) => memory.transfer(1)],
  ['sent away', {}, (memory) => structuredClone(memory, { transfer: [memory] })],
  ['written over', {}, (memory) => new Uint8Array(memory).fill(0x20)],
];

describe.each(backends.map(({ name }) => name as 'native' | 'portable'))(
  'memory of batches (%s)',
  (backend) => {
    test.each(taken)(
      'a batch that is %s after it was handed over is evaluated as it was',
      async (_, options, take) => {
        using detector = await ThreatDetector.create({ rules: [rule], backend });
        const count = backend === 'native' ? lines : 1_000;
        const memory = new ArrayBuffer(count * line.length + last.length, options) as Memory;
        const batch = new Uint8Array(memory);
        for (let i = 0; i < count; i++) batch.set(line, i * line.length);
        batch.set(last, count * line.length);
        const result = detector.processBatch(batch, { logsource: { product: 'x' } });
        take(memory);
        const { events, detections, faults } = await result;
        expect({ events, faults }).toEqual({ events: count + 1, faults: [] });
        expect(detections.map(({ event }) => event.index)).toEqual([count]);
      },
    );
  },
);

test('copies lent at the same time share no memory, and later ones are in the same', async () => {
  const copies = new BatchCopies();
  const memories: unknown[] = [];
  const lend = (bytes: number) =>
    copies.lend(new Uint8Array(bytes).fill(bytes), async (copy) => {
      memories.push(copy.buffer);
      await new Promise(setImmediate);
      expect([...new Set(copy)]).toEqual([bytes]);
      expect(copy).toHaveLength(bytes);
    });
  await Promise.all([lend(100), lend(90), lend(80), lend(70)]);
  expect(new Set(memories).size).toBe(4);
  await lend(60);
  await lend(95);
  expect(new Set(memories).size).toBe(4);
  await lend(101);
  expect(new Set(memories).size).toBe(5);
});

test('what fails gives its memory back', async () => {
  const copies = new BatchCopies();
  const memories = new Set<unknown>();
  for (let i = 0; i < 3; i++) {
    const lent = copies.lend(new Uint8Array(10), (copy) => {
      memories.add(copy.buffer);
      return Promise.reject(new Error('no'));
    });
    await expect(lent).rejects.toThrow('no');
  }
  expect(memories.size).toBe(1);
});

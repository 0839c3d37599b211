import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeBackends } from './backends.ts';

const key = fc.uint8Array({ maxLength: 6 });

function pack(keys: readonly Uint8Array[]): [Uint8Array, Uint32Array] {
  let end = 0;
  return [Buffer.concat(keys), Uint32Array.from(keys, (each) => (end += each.length))];
}

describeBackends('batch cache', ({ batchCache }) => {
  test('gives what was put last, while it is fresh', () => {
    const batch = fc.record({ keys: fc.array(key, { maxLength: 20 }), value: fc.nat(), ttl: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
        const cache = batchCache.create(1000);
        const model = new Map<string, { value: number; until: number }>();
        for (const [now, { keys, value, ttl }] of batches.entries()) {
          const [packed, ends] = pack(keys);
          cache.setMany(packed, ends, new Float64Array(keys.length).fill(value), now + ttl);
          for (const each of keys) model.set(Buffer.from(each).toString('hex'), { value, until: now + ttl });
          const asked = batches.flatMap((other) => other.keys);
          const values = new Float64Array(asked.length);
          const found = cache.getMany(...pack(asked), now, values);
          const expected = asked.map((each) => {
            const held = model.get(Buffer.from(each).toString('hex'));
            return held && held.until > now ? held.value : Number.NaN;
          });
          expect([...values]).toEqual(expected);
          expect(found).toBe(expected.filter((each) => !Number.isNaN(each)).length);
        }
        expect(cache.size).toBe(model.size);
      }),
    );
  });

  test('stays within its capacity and never gives the value of another key', () => {
    const cache = batchCache.create(64);
    for (let i = 0; i < 1000; i++) cache.setMany(...pack([Buffer.from(`k${i}`)]), Float64Array.of(i), 1);
    expect(cache.size).toBeLessThanOrEqual(64);
    const keys = Array.from({ length: 1000 }, (_, i) => Buffer.from(`k${i}`));
    const values = new Float64Array(1000);
    const found = cache.getMany(...pack(keys), 0, values);
    expect(found).toBeGreaterThan(0);
    for (const [i, value] of values.entries()) expect(Number.isNaN(value) || value === i).toBe(true);
    cache.clear();
    expect(cache.size).toBe(0);
  });
});

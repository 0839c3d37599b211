import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { resultBuffer } from '../../src/crypto/result.ts';

test('results cut from one pool never share a byte, over many pools', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 32_767 }), { minLength: 1, maxLength: 60 }), (lengths) => {
      const made = lengths.map((length, i) => resultBuffer(length).fill(i + 1));
      for (const [i, buffer] of made.entries()) {
        expect(buffer.length).toBe(lengths[i]);
        expect(buffer.every((byte) => byte === i + 1)).toBe(true);
      }
    }),
  );
});

test('a result is a Buffer that begins aligned, and cannot take its neighbours to another thread', () => {
  const [first, second] = [resultBuffer(301), resultBuffer(301)];
  expect(Object.getPrototypeOf(first)).toBe(Buffer.prototype);
  expect(second.byteOffset % 8).toBe(0);
  expect(() => structuredClone(first, { transfer: [first.buffer as ArrayBuffer] })).toThrow(
    expect.objectContaining({ name: 'DataCloneError' }),
  );
  expect(second.length).toBe(301);
});

test.each([0, 1, 255, 256, 32_767, 32_768, 100_000])('a result has the %i bytes asked for', (bytes) => {
  expect(resultBuffer(bytes).length).toBe(bytes);
});

test('results go on when somebody moved the memory of one elsewhere, or tried to', () => {
  const memory = resultBuffer(40).buffer as ArrayBuffer & { transfer?: () => ArrayBuffer };
  try {
    memory.transfer?.();
  } catch (error) {
    // From Node 24 on, what must not be transferred cannot be moved either.
    expect(error).toBeInstanceOf(TypeError);
  }
  expect(resultBuffer(40).fill(1)).toHaveLength(40);
});

test('results go on where a runtime cannot mark memory', async () => {
  vi.resetModules();
  vi.doMock('node:worker_threads', () => ({
    markAsUntransferable() {
      throw new Error('not implemented');
    },
  }));
  try {
    const other = await import('../../src/crypto/result.ts');
    expect(other.resultBuffer(40).fill(1)).toHaveLength(40);
  } finally {
    vi.doUnmock('node:worker_threads');
    vi.resetModules();
  }
});

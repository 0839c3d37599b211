import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AeadKey, aeadAlgorithms, OpenStream, SealStream } from '../../src/crypto/index.ts';

const header = 37;
const chunk = 65536 + 16;

const run = (data: Uint8Array, stage: SealStream | OpenStream, step = 100_000) => {
  const parts = [];
  for (let at = 0; at < data.length; at += step) parts.push(Buffer.from(data.subarray(at, at + step)));
  return buffer(Readable.from(parts).compose(stage));
};

test.for([...aeadAlgorithms])(
  '%s: what is sealed is opened, however it is cut into pieces',
  async (algorithm) => {
    using key = AeadKey.generate(algorithm);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1, 65535, 65536, 65537, 131072, 200_000),
        fc.integer({ min: 5000, max: 150_000 }),
        async (length, step) => {
          const data = Buffer.alloc(length, 'wolf');
          const sealed = await run(data, new SealStream(key, { aad: 'name' }), step);
          const chunks = Math.max(1, Math.ceil(length / 65536));
          expect(sealed).toHaveLength(header + length + 16 * chunks);
          expect((await run(sealed, new OpenStream(key, { aad: 'name' }), step)).equals(data)).toBe(true);
        },
      ),
      { numRuns: 6 },
    );
  },
);

test('what is no key makes no stream', () => {
  for (const key of [undefined, null, Buffer.alloc(32), {}] as never[]) {
    for (const Stream of [SealStream, OpenStream]) {
      expect(() => new Stream(key)).toThrow(
        expect.objectContaining({ name: 'WolfsecError', code: 'WOLFSEC_INVALID_ARGUMENT' }),
      );
    }
  }
});

test('what is authenticated beside a stream may change once the stream has it', async () => {
  using key = AeadKey.generate();
  const data = Buffer.alloc(200_000, 1);
  const aad = Buffer.from('name');
  const sealing = new SealStream(key, { aad });
  aad.fill(0);
  const sealed = await run(data, sealing);
  expect((await run(sealed, new OpenStream(key, { aad: 'name' }))).equals(data)).toBe(true);
});

test('a stream that was changed, cut, reordered or lengthened is not opened', async () => {
  using key = AeadKey.generate();
  using other = AeadKey.generate();
  const sealed = await run(Buffer.alloc(200_000, 1), new SealStream(key));
  const [head, first, second, rest] = [
    sealed.subarray(0, header),
    sealed.subarray(header, header + chunk),
    sealed.subarray(header + chunk, header + 2 * chunk),
    sealed.subarray(header + 2 * chunk),
  ];
  const flipped = (at: number) => {
    const copy = Buffer.from(sealed);
    copy[at]! ^= 1;
    return copy;
  };
  const wrong: Record<string, Buffer> = {
    'last byte cut': sealed.subarray(0, -1),
    'cut at a chunk': sealed.subarray(0, header + 2 * chunk),
    'header alone': head,
    'half a header': head.subarray(0, 20),
    nothing: Buffer.alloc(0),
    reordered: Buffer.concat([head, second, first, rest]),
    repeated: Buffer.concat([head, first, first, second, rest]),
    'one left out': Buffer.concat([head, first, rest]),
    'more behind the end': Buffer.concat([sealed, Buffer.alloc(10)]),
    'another version': flipped(3),
    'another cipher': flipped(4),
    'another salt': flipped(20),
    'changed inside': flipped(100_000),
  };
  for (const [name, data] of Object.entries(wrong)) {
    await expect(run(data, new OpenStream(key)), name).rejects.toMatchObject({ code: 'WOLFSEC_OPEN_FAILED' });
  }
  await expect(run(sealed, new OpenStream(other))).rejects.toMatchObject({ code: 'WOLFSEC_OPEN_FAILED' });
  await expect(run(sealed, new OpenStream(key, { aad: 'x' }))).rejects.toMatchObject({
    code: 'WOLFSEC_OPEN_FAILED',
  });
});

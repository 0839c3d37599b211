import fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { unpack } from '../../src/server/body.ts';
import { unsnap } from '../../src/server/snappy.ts';

const most = 1 << 20;

describe('Snappy', () => {
  test('comes off what another packed', () => {
    const words = fc.array(fc.constantFrom('error ', 'GET /index.html ', '\u00e9t\u00e9 ', 'x'), {
      maxLength: 9_000,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          words.map((all) => Buffer.from(all.join(''))),
          fc.uint8Array({ maxLength: 5_000 }),
        ),
        (plain) => {
          const bytes = Buffer.from(plain);
          expect(unsnap(compress(bytes), most).equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('is read with offsets and lengths of every size', () => {
    const literal = (text: string) => [(text.length - 1) << 2, ...Buffer.from(text)];
    const long = (tag: number, bytes: number) => [tag, ...Buffer.from('x'.repeat(bytes))];
    for (const [elements, plain] of [
      [[...literal('ab'), 0b000_001_01, 2], 'abababa'],
      [[...literal('ab'), 0b000011_10, 1, 0], 'abbbbb'],
      [[...literal('ab'), 0b000011_11, 2, 0, 0, 0], 'ababab'],
      [long(60 << 2, 0).concat(2, ...Buffer.from('abc')), 'abc'],
      [long(63 << 2, 0).concat(2, 0, 0, 0, ...Buffer.from('abc')), 'abc'],
    ] as const) {
      expect(unsnap(Uint8Array.from([plain.length, ...elements]), most).toString()).toBe(plain);
    }
  });

  test.each([
    ['a literal whose length leads back to its own head', [10, 0xfc, 0xfa, 0xff, 0xff, 0xff]],
    ['a literal longer than what is left', [10, 0xfc, 0xff, 0xff, 0xff, 0x7f]],
    ['a literal beyond the length at the head', [1, 4, 0x61, 0x62]],
    ['a copy of what is not there', [10, 0, 0x61, 1, 2]],
    ['a copy from nowhere', [10, 0, 0x61, 1, 0]],
    ['a copy beyond the length at the head', [2, 0, 0x61, 0xfe, 1, 0]],
    ['a cut offset', [10, 0, 0x61, 0xff, 1, 0]],
    ['less than its head says', [10, 0, 0x61]],
    ['no end of the length', [255, 255, 255, 255, 255, 255]],
    ['nothing', []],
  ])('that is not sound is refused at once: %s', (_, bytes) => {
    expect(() => unsnap(Uint8Array.from(bytes), most)).toThrow('not a block of Snappy');
  });

  test('of whatever bytes comes to an end', async () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const outcome = await unpack(Buffer.from(bytes), 'snappy', 4_096).catch((error) => error);
        if (!Buffer.isBuffer(outcome))
          expect(outcome.code).toMatch(/^WOLFSEC_(INPUT_DAMAGED|LIMIT_EXCEEDED)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('that says it is too long is refused before it is unpacked', async () => {
    const head = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]);
    await expect(unpack(head, 'snappy', most)).rejects.toMatchObject({ code: 'WOLFSEC_LIMIT_EXCEEDED' });
  });
});

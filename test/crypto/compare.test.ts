import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constantTimeEqual } from '../../src/crypto/compare.ts';
import { describeBackends } from '../parity/backends.ts';

describeBackends('constantTimeEqual', (backend) => {
  const equal = (a: Uint8Array | string, b: Uint8Array | string) => constantTimeEqual(a, b, backend);

  test('strings and bytes are equal where their UTF-8 is', () => {
    const unit = fc.constantFrom('a', 'b', '\0', 'é', '😀', '\ud800');
    const secret = fc.array(unit, { maxLength: 100 }).map((units) => units.join(''));
    fc.assert(
      fc.property(secret, secret, (a, b) => {
        const same = Buffer.from(a).equals(Buffer.from(b));
        expect(equal(a, b)).toBe(same);
        expect(equal(a, Buffer.from(b))).toBe(same);
        expect(equal(Buffer.from(a), b)).toBe(same);
        expect(equal(a, Buffer.from(a))).toBe(true);
        expect(equal(a, `${a}\0`)).toBe(false);
      }),
    );
  });

  test('no length or flipped byte slips through at the sizes where the way changes', () => {
    for (const length of [1, 63, 64, 65, 127, 128, 129, 256, 4096, 4097]) {
      const a = Buffer.alloc(length, 0x61);
      expect(equal(a, Buffer.from(a))).toBe(true);
      expect(equal(a, a.subarray(1))).toBe(false);
      for (const at of [0, length >> 1, length - 1]) {
        const b = Buffer.from(a);
        b[at]! ^= 1;
        expect(equal(a, b)).toBe(false);
        expect(equal(a.toString(), b.toString())).toBe(false);
      }
    }
  });

  test('the caller’s bytes stay as they are', () => {
    const a = Buffer.from('secret');
    equal(a, 'secret');
    expect(a.toString()).toBe('secret');
  });

  test('refuses what is neither', () => {
    const bad = 7 as unknown as string;
    expect(() => equal(bad, 'x')).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
    expect(() => equal('x', bad)).toThrow(/b must be a Uint8Array or a string/);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeBackends } from './backends.ts';

describeBackends('constantTimeEqual', ({ compare }) => {
  test('agrees with plain equality', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        expect(compare.constantTimeEqual(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(compare.constantTimeEqual(a, a.slice())).toBe(true);
      }),
    );
  });

  test('sees a single flipped bit anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), fc.nat(7), (a, at, bit) => {
        const b = a.slice();
        b[at % b.length]! ^= 1 << bit;
        expect(compare.constantTimeEqual(a, b)).toBe(false);
      }),
    );
  });
});

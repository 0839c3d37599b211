import type { CompareBackend } from '../contract/compare.ts';

export const portableCompare: CompareBackend = {
  constantTimeEqual(a, b) {
    const length = Math.min(a.length, b.length);
    let difference = a.length ^ b.length;
    for (let i = 0; i < length; i++) difference |= (a[i] as number) ^ (b[i] as number);
    return difference === 0;
  },
};

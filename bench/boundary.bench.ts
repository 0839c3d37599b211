import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();

export default suite('boundary', (s) => {
  for (const bytes of [16, 64, 256, 1024, 16384]) {
    const a = new Uint8Array(bytes).fill(7);
    const b = a.slice();
    s.group(
      `compare ${bytes} B`,
      { bytes, expect: true },
      {
        native: native && (() => native.compare.constantTimeEqual(a, b)),
        portable: () => portable.compare.constantTimeEqual(a, b),
      },
    );
  }
});

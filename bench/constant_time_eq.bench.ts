// Constant-time comparison by size, over Node's own and over what the boundary costs at the least.
// The cut-over in src/backend/native/compare.ts is where `addon`, which always crosses the boundary,
// overtakes `portable`.
import { timingSafeEqual } from 'node:crypto';
import { loadAddon } from '../src/backend/native/load.ts';
import { constantTimeEqual } from '../src/crypto/compare.ts';
import { floor as buildFloor } from './floor/index.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();
const loaded = loadAddon();
const addon = 'addon' in loaded ? loaded.addon : undefined;
const floor = buildFloor();

export default suite('constant_time_eq', (s) => {
  for (const bytes of [16, 32, 64, 96, 128, 256, 1024, 4096, 16384]) {
    const a = Buffer.alloc(bytes, 7);
    const b = Buffer.from(a);
    s.group(
      `${bytes} B`,
      { bytes, expect: true },
      {
        native: native && (() => native.compare.constantTimeEqual(a, b)),
        portable: () => portable.compare.constantTimeEqual(a, b),
        addon: addon && (() => addon.constantTimeEqual(a, b)),
        'node:crypto': () => timingSafeEqual(a, b),
        'C++ memcmp, not constant-time': floor && (() => floor.equal(a, b)),
      },
    );
  }
  for (const units of [32, 200]) {
    const a = 'k'.repeat(units);
    const b = 'kk'.repeat(units / 2);
    s.group(
      `strings of ${units}`,
      { bytes: units, expect: true },
      {
        native: native && (() => constantTimeEqual(a, b, native)),
        portable: () => constantTimeEqual(a, b, portable),
        'node:crypto': () => timingSafeEqual(Buffer.from(a), Buffer.from(b)),
      },
    );
  }
});

// What crossing into native code costs, and from which size on it pays.
import { timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { loadAddon } from '../src/backend/native/load.ts';
import { floor as buildFloor } from './floor/index.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();
const loaded = loadAddon();
const addon = 'addon' in loaded ? loaded.addon : undefined;
const floor = buildFloor();

export default suite('boundary', (s) => {
  const key = new Uint8Array(32).fill(7);
  const same = key.slice();
  s.group(
    'two byte arguments, 32 B',
    { bytes: 32, expect: true },
    {
      native: native && (() => native.compare.constantTimeEqual(key, same)),
      portable: () => portable.compare.constantTimeEqual(key, same),
      'node:crypto': () => timingSafeEqual(key, same),
      'C++ by hand': floor && (() => floor.equal(key, same)),
      'C++ node-addon-api': floor && (() => floor.equalWrapped(key, same)),
    },
  );

  s.group('no argument, a short text back (#[napi])', {}, { native: addon && (() => addon.version()) });
  s.group(
    'no argument, nothing back',
    { check: () => 'nothing' },
    {
      'C++ by hand': floor && (() => floor.noop()),
    },
  );
  s.group(
    'two numbers',
    {},
    {
      portable: (i) => (i & 1) + 2,
      'C++ by hand': floor && ((i) => floor.add(i & 1, 2)),
    },
  );

  const line = 'GET /index.html?user=alice HTTP/1.1'.repeat(4);
  s.group(
    'a text of 140 characters',
    {},
    {
      portable: () => Buffer.byteLength(line),
      'C++ by hand': floor && (() => floor.textLength(line)),
    },
  );
  const events = Array.from({ length: 64 }, (_, n) => ({ a: n, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 }));
  s.group(
    'an object of 8 fields, read one by one',
    {},
    {
      portable: (i) => sumFields(events[i & 63] as Fields),
      'C++ by hand': floor && ((i) => floor.sumFields(events[i & 63] as Fields)),
    },
  );

  s.group(
    'off the main thread and back',
    { check: Boolean, expect: true },
    {
      'C++ node-addon-api': floor && (() => floor.later()),
      'node:fs stat': () => stat('.'),
    },
  );

  for (const bytes of [8, 16, 64, 128, 256, 1024, 16384]) {
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

type Fields = Record<'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h', number>;
const sumFields = (o: Fields) => o.a + o.b + o.c + o.d + o.e + o.f + o.g + o.h;

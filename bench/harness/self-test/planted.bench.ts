// Work of known size, for the harness's own test: WOLFSEC_BENCH_PLANT=1.15 makes one case 15 % slower.
import { createHash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { backends, suite } from '../index.ts';

const { native, portable } = backends();
const planted = Number(process.env.WOLFSEC_BENCH_PLANT ?? 1);
const units = Math.round(200 * planted);
const derive = promisify(pbkdf2);

export default suite('planted', (s) => {
  const a = new Uint8Array(256).fill(7);
  const b = a.slice();

  s.group(
    'compare',
    { bytes: 256, expect: true },
    {
      native: native && (() => native.compare.constantTimeEqual(a, b)),
      portable: () => portable.compare.constantTimeEqual(a, b),
    },
  );
  s.group(
    'arithmetic',
    { check: Boolean, expect: true },
    {
      steady: () => mix(200),
      planted: () => mix(units),
    },
  );
  s.group('allocation', {}, { steady: () => JSON.stringify(JSON.parse('{"a":[1,2,3],"b":"text"}')) });
  s.group(
    'hash',
    { bytes: 4096 },
    {
      steady: () => createHash('sha256').update(block).digest('hex'),
    },
  );
  s.group('off the main thread', {}, { steady: () => derive('word', 'salt', 500, 32, 'sha256') });
});

const block = new Uint8Array(4096).fill(1);

function mix(count: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < count; i++) hash = Math.imul(hash ^ i, 0x01000193);
  return hash | 1;
}

// Single gets stay in JavaScript; a batch of look-ups crosses to native code once.
import { LRUCache } from 'lru-cache';
import { BatchCache, CachedValue, ThreatCache } from '../src/cache/index.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();
const size = 4096;
const mask = size - 1;
const keys = Array.from({ length: size }, (_, i) => `198.51.${i >> 8}.${i & 255}`);
const missing = keys.map((key) => `${key}x`);

export default suite('cache', (s) => {
  const ours = new ThreatCache<{ risk: number }>({ maxEntries: size * 2 });
  const lru = new LRUCache<string, { risk: number }>({ max: size * 2, ttl: 300_000 });
  const map = new Map<string, CachedValue<{ risk: number }>>();
  keys.forEach((key, i) => {
    ours.put(key, { risk: i });
    lru.set(key, { risk: i });
    map.set(key, new CachedValue({ risk: i }, 300_000));
  });
  s.group(
    'get, a hit',
    { check: (value) => (value as { risk: number }).risk, expect: 0 },
    {
      portable: (i) => ours.get(keys[i & mask]!),
      'lru-cache with ttl': (i) => lru.get(keys[i & mask]!),
      'Map without bounds': (i) => map.get(keys[i & mask]!)?.value,
    },
  );
  s.group(
    'get, a miss',
    { check: (value) => value ?? 'nothing', expect: 'nothing' },
    {
      portable: (i) => ours.get(missing[i & mask]!),
      'lru-cache with ttl': (i) => lru.get(missing[i & mask]!),
    },
  );

  const full = new ThreatCache<number>({ maxEntries: 1000 });
  const fullLru = new LRUCache<string, number>({ max: 1000, ttl: 300_000 });
  s.group(
    'put into a full cache of 1,000',
    { expect: 1 },
    {
      portable: (i) => {
        full.put(keys[i & mask]!, 1);
        return full.get(keys[i & mask]!);
      },
      'lru-cache with ttl': (i) => {
        fullLru.set(keys[i & mask]!, 1);
        return fullLru.get(keys[i & mask]!);
      },
    },
  );

  for (const batch of [1, 2, 4, 8, 16, 256, 4096]) {
    const packed = Buffer.from(keys.slice(0, batch).join(''));
    const ends = new Uint32Array(batch);
    keys.slice(0, batch).forEach((key, i) => {
      ends[i] = (ends[i - 1] ?? 0) + key.length;
    });
    const made = (backend: typeof portable) => {
      const cache = backend.batchCache.create(size * 2);
      cache.setMany(
        packed,
        ends,
        Float64Array.from({ length: batch }, (_, i) => i),
        Number.MAX_VALUE,
      );
      const values = new Float64Array(batch);
      return () => {
        cache.getMany(packed, ends, 0, values);
        return values;
      };
    };
    s.group(
      `${batch} keys in one packed call`,
      { opsPerCall: batch },
      { native: native && made(native), portable: made(portable) },
    );
    // As a caller has it: keys are strings, and packing them counts. `BatchCache` takes the active back end.
    const singles = keys.slice(0, batch);
    const many = new BatchCache({ maxEntries: size * 2 });
    const values = new Float64Array(batch);
    many.setMany(
      singles,
      Array.from(singles, (_, i) => i),
    );
    const single = new ThreatCache<number>({ maxEntries: size * 2 });
    singles.forEach((key, i) => {
      single.put(key, i);
    });
    s.group(
      `${batch} keys as strings`,
      { opsPerCall: batch },
      {
        [native ? 'native' : 'portable']: () => many.getMany(singles, values),
        'ThreatCache, one by one': () => {
          for (let i = 0; i < batch; i++) values[i] = single.get(singles[i]!) ?? Number.NaN;
          return values;
        },
      },
    );
  }
});

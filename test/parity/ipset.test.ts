import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WolfsecError } from '../../src/errors.ts';
import { type InvalidLine, IpSet } from '../../src/match/index.ts';
import { backends, bothBackends, describeBackends, withoutNative } from './backends.ts';

// Few distinct bytes, so that prefixes nest and collide.
const byte = fc.constantFrom(0, 1, 10, 127, 128, 254, 255);
const v4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const group = fc.constantFrom('0', '1', 'db8', '2001', '8000', 'ffff', '00a0');
const v6 = fc.oneof(
  fc.array(group, { minLength: 8, maxLength: 8 }).map((parts) => parts.join(':')),
  fc
    .tuple(fc.array(group, { maxLength: 3 }), fc.array(group, { maxLength: 3 }))
    .map(([head, tail]) => `${head.join(':')}::${tail.join(':')}`),
);
const prefix = fc.oneof(
  fc.tuple(v4, fc.integer({ min: 0, max: 32 })).map(([a, n]) => `${a}/${n}`),
  fc.tuple(v6, fc.integer({ min: 0, max: 128 })).map(([a, n]) => `${a}/${n}`),
  v4,
  v6,
);

const mapped = new BlockList();
mapped.addSubnet('::ffff:0:0', 96, 'ipv6');
/** Node takes IPv4-mapped addresses for IPv6; their meaning here has a test of its own. */
const plain = (text: string) => isIP(text) === 4 || !mapped.check(text.split('/')[0]!, 'ipv6');

/** Longest prefix by asking Node's own block list about one prefix at a time. */
function naive(prefixes: readonly string[], address: string): number | undefined {
  let best = -1;
  let found: number | undefined;
  for (const [i, text] of prefixes.entries()) {
    const [net, length] = text.split('/') as [string, string?];
    const family = isIP(net) === 4 ? 'ipv4' : 'ipv6';
    const bits = length === undefined ? (family === 'ipv4' ? 32 : 128) : Number(length);
    if (isIP(address) !== isIP(net) || bits < best) continue;
    const list = new BlockList();
    // Node refuses a length of 0.
    if (bits > 0) list.addSubnet(net, bits, family);
    if (bits > 0 && !list.check(address, family)) continue;
    [best, found] = [bits, i];
  }
  return found;
}

describeBackends('IpSet', (backend) => {
  test('finds the longest prefix, as one check after another does', () => {
    fc.assert(
      fc.property(
        fc.array(prefix, { maxLength: 12 }),
        fc.array(fc.oneof(v4, v6), { maxLength: 8 }),
        (list, asked) => {
          fc.pre(list.every(plain) && asked.every(plain));
          const set = IpSet.from(
            list.map((text, i) => [text, i] as const),
            backend,
          );
          for (const address of asked) expect(set.lookup(address)).toBe(naive(list, address));
          expect(set.lookupBatch(asked)).toEqual(asked.map((address) => set.lookup(address)));
          const again = IpSet.deserialize<number>(set.serialize(), backend);
          expect(again.lookupBatch(asked)).toEqual(set.lookupBatch(asked));
          expect(again.size).toBe(list.length);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('reads plain lists and tells bad lines by number', () => {
    const list =
      '# feed\r\n10.0.0.0/8\r\n\r\n192.0.2.7 scanner # seen\n2001:db8::/32,doc nét\n; end\n300.1.1.1\n1.2.3.0/33';
    const bad: InvalidLine[] = [];
    const set = IpSet.parse(list, { label: 'private', onInvalid: (line) => bad.push(line), backend });
    expect(set.size).toBe(3);
    expect(set.lookup('10.200.0.1')).toBe('private');
    expect(set.lookup('192.0.2.7')).toBe('scanner');
    expect(set.lookup('::ffff:192.0.2.7')).toBe('scanner');
    expect(set.lookup('::ffff:c000:207')).toBe('scanner');
    expect(set.lookup('2001:db8:1::1')).toBe('doc nét');
    expect(set.lookup('192.0.2.8')).toBeUndefined();
    expect(bad.map(({ line }) => line)).toEqual([7, 8]);
    expect(() => IpSet.parse('1.1.1.1\nnonsense', { backend })).toThrow(
      expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT', location: { line: 2 } }),
    );
  });

  test('takes packed addresses', () => {
    const set = IpSet.from(
      [
        ['10.0.0.0/8', 'ten'],
        ['2001:db8::/32', 'doc'],
      ],
      backend,
    );
    const packed = Buffer.from(
      `${'00'.repeat(10)}ffff0a010203${'20010db8'.padEnd(32, '0')}${'ff'.repeat(16)}`,
      'hex',
    );
    expect([...set.lookupPacked(packed)].map((number) => set.values[number - 1])).toEqual([
      'ten',
      'doc',
      undefined,
    ]);
  });

  test('refuses what are no entries or addresses', () => {
    const invalid = expect.objectContaining({ name: 'WolfsecError', code: 'WOLFSEC_INVALID_ARGUMENT' });
    for (const entries of [null, undefined, 5, {}, [null], [5], [{}], [[5]]] as never[]) {
      expect(() => IpSet.from(entries, backend)).toThrow(invalid);
    }
    const set = IpSet.from(['10.0.0.0/8'], backend);
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    for (const addresses of [null, '10.1.1.1', 5, {}, [null], [, '10.1.1.1']] as never[]) {
      expect(() => set.lookupBatch(addresses)).toThrow(invalid);
    }
  });

  test('refuses a damaged serialisation', () => {
    const whole = IpSet.from(['10.0.0.0/8', '2001:db8::/32'], backend).serialize();
    for (let at = 0; at < whole.length; at++) {
      const cut = whole.slice(0, at);
      expect(() => IpSet.deserialize(cut, backend)).toThrow(WolfsecError);
      const flipped = Uint8Array.from(whole);
      flipped[at]! ^= 0x80;
      try {
        IpSet.deserialize(flipped, backend).lookup('10.1.1.1');
      } catch (error) {
        expect(error).toBeInstanceOf(WolfsecError);
      }
    }
  });
});

test('addresses read alike on both back ends, and as Node reads them', ({ skip }) => {
  if (!bothBackends) return skip(withoutNative);
  const everything = backends.map((backend) => IpSet.from(['0.0.0.0/0', '::/0'], backend));
  const noise = fc
    .array(
      fc.oneof(
        fc.constantFrom(':', '::', '.', '1', '0', '255', 'ffff', '12345', 'g', '/', ' ', '%e'),
        v4,
        v6,
      ),
      { maxLength: 9 },
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(noise, v4, v6, fc.string({ maxLength: 70 })), (text) => {
      const valid = isIP(text) !== 0 && !text.includes('%');
      for (const set of everything) expect(set.has(text), text).toBe(valid);
    }),
    { numRuns: 5000 },
  );
});

describeBackends('packed lookups', (backend) => {
  test('find what lookups of text find', () => {
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 12 }), fc.array(v4, { maxLength: 8 }), (list, asked) => {
        const set = IpSet.from(
          list.map((text, i) => [text, i] as const),
          backend,
        );
        const packed = Buffer.concat(
          asked.map((a) => Buffer.from([...Array(10).fill(0), 255, 255, ...a.split('.').map(Number)])),
        );
        const found = [...set.lookupPacked(packed)].map((number) => set.values[number - 1]);
        expect(found).toEqual(set.lookupBatch(asked));
      }),
      { numRuns: 300 },
    );
  });
});

test('both back ends flatten to the same rows', ({ skip }) => {
  if (!bothBackends) return skip(withoutNative);
  const { native, portable } = bothBackends;
  fc.assert(
    fc.property(fc.array(fc.tuple(prefix, fc.nat(3)), { maxLength: 40 }), (entries) => {
      expect(IpSet.from(entries, native).serialize()).toEqual(IpSet.from(entries, portable).serialize());
    }),
    { numRuns: 500 },
  );
});

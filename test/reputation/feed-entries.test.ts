import { expect, test } from 'vitest';
import { Reputation } from '../../src/reputation/index.ts';

const startMs = Date.UTC(2026, 0, 1);
const loaded = async (text: string, options: object = {}) => {
  const reputation = new Reputation({ now: () => startMs });
  const status = await reputation.load({ name: 'feed', text, score: 80, confidence: 1, ...options });
  return { status, score: (indicator: string) => reputation.check(indicator).score, reputation };
};

test('of a hosts file the names are listed, all of them, and not the machine itself', async () => {
  const { status, score } = await loaded(`# a hosts file
127.0.0.1 localhost
127.0.0.1\tlocalhost.localdomain
127.0.0.1 local
255.255.255.255 broadcasthost
::1 localhost
::1 ip6-loopback
fe80::1%lo0 localhost
ff02::1 ip6-allnodes
0.0.0.0 0.0.0.0
0.0.0.0 ads.example track.example # both
127.0.0.1 c2.example
:: six.example
`);
  expect(status).toMatchObject({ size: 4, invalid: 0 });
  for (const name of ['ads.example', 'track.example', 'c2.example', 'six.example'])
    expect(score(name)).toBe(80);
  for (const own of [
    '127.0.0.1',
    '0.0.0.0',
    '::1',
    '::',
    '255.255.255.255',
    'ff02::1',
    'localhost.localdomain',
  ])
    expect(score(own)).toBe(0);
});

test('an address that is listed by itself is, whichever it is', async () => {
  const { score } = await loaded('127.0.0.2\n127.0.0.3, test\n192.0.2.1 evil.example\n');
  expect([score('127.0.0.2'), score('127.0.0.3'), score('192.0.2.1')]).toEqual([80, 80, 80]);
});

const stix = (objects: readonly object[]) =>
  JSON.stringify({ type: 'bundle', objects: objects.map((object) => ({ type: 'indicator', ...object })) });
const until = (ms: number) => new Date(startMs + ms).toISOString();

test('what has run out hides nothing that holds', async () => {
  const { status, score } = await loaded(
    stix([
      { pattern: `[ipv4-addr:value = '192.0.2.0/24']` },
      { pattern: `[ipv4-addr:value = '192.0.2.1']`, valid_until: until(-1) },
      { pattern: `[domain-name:value = 'evil.example']`, confidence: 50 },
      { pattern: `[domain-name:value = 'sub.evil.example']`, valid_until: until(-1) },
      { pattern: `[domain-name:value = 'evil.example']`, valid_until: until(1_000), confidence: 90 },
      { pattern: `[ipv4-addr:value = '198.51.100.1']`, valid_until: until(2_000), confidence: 20 },
      { pattern: `[ipv4-addr:value = '198.51.100.1']`, valid_until: until(1_000), confidence: 90 },
      { pattern: `[domain-name:value = 'twice.example']`, confidence: 90 },
      { pattern: `[domain-name:value = 'twice.example']`, confidence: 10 },
    ]),
    { format: 'stix' },
  );
  expect(status).toMatchObject({ size: 4, invalid: 0 });
  expect(score('192.0.2.1')).toBe(80);
  expect(score('sub.evil.example')).toBe(40);
  expect(score('evil.example')).toBe(40);
  expect(score('198.51.100.1')).toBe(16);
  expect(score('twice.example')).toBe(72);
});

test('each of a hundred thousand indicators may run out at a time of its own', async () => {
  const objects = Array.from({ length: 100_000 }, (_, i) => ({
    pattern:
      i % 2
        ? `[domain-name:value = 'a${i}.example']`
        : `[ipv4-addr:value = '10.${i >> 16}.${(i >> 8) & 255}.${i & 255}']`,
    valid_until: until(1_000 + i),
  }));
  const { status, score } = await loaded(stix(objects), { format: 'stix' });
  expect(status.size).toBe(100_000);
  expect([score('a99999.example'), score('10.1.134.158')]).toEqual([80, 80]);
});

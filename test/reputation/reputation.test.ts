import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indicatorOf, Reputation } from '../../src/reputation/index.ts';

const startMs = Date.UTC(2026, 0, 1);
const sha256 = 'a'.repeat(64);

test('indicators are told apart and made comparable', () => {
  const kinds = (text: string) => indicatorOf(text) && [indicatorOf(text)!.kind, indicatorOf(text)!.value];
  expect(kinds('192.0.2.1')).toEqual(['ip', '192.0.2.1']);
  expect(kinds('192.0.2.0/24')).toEqual(['ip', '192.0.2.0/24']);
  expect(kinds('2001:DB8::1')).toEqual(['ip', '2001:db8::1']);
  expect(kinds('*.Evil.Example.')).toEqual(['domain', 'evil.example']);
  expect(kinds('evil[.]example')).toEqual(['domain', 'evil.example']);
  expect(kinds('bücher.example')).toEqual(['domain', 'xn--bcher-kva.example']);
  expect(kinds(sha256.toUpperCase())).toEqual(['hash', sha256]);
  for (const bad of [
    '',
    'localhost',
    '300.1.2.3',
    'a b.c',
    '1.2.3.4/x',
    'http://a.example/x',
    '-a.example',
  ]) {
    expect(indicatorOf(bad)).toBeUndefined();
  }
});

test('plain lists, categories, hosts files; a domain is found by its parents', async () => {
  const reputation = new Reputation({ now: () => startMs });
  const status = await reputation.load({
    name: 'plain',
    text: `\ufeff# comment\n192.0.2.0/24 , scanner # x\n\n0.0.0.0 ads.example\nevil.example\n${sha256}\n; c\nnot an indicator`,
    score: 80,
    confidence: 0.5,
  });
  expect(status).toMatchObject({ size: 4, invalid: 1, expired: false });
  expect(reputation.check('192.0.2.77')).toEqual({
    indicator: '192.0.2.77',
    kind: 'ip',
    score: 40,
    confidence: 0.5,
    sources: [{ name: 'plain', category: 'scanner', score: 80, confidence: 0.5 }],
  });
  expect(reputation.check('::ffff:192.0.2.77').score).toBe(40);
  expect(reputation.check('192.0.3.1')).toMatchObject({ score: 0, sources: [] });
  expect(reputation.check('a.b.EVIL.example').score).toBe(40);
  expect(reputation.check('notevil.example').score).toBe(0);
  expect(reputation.check('ads.example').score).toBe(40);
  expect(reputation.check(sha256).sources[0]?.category).toBe('plain');
  expect(() => reputation.check('no')).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
});

test('CSV by header and by number', async () => {
  const reputation = new Reputation();
  const csv = `# feed\nip,note,conf\n"192.0.2.1","says ""c2"", twice",90\n192.0.2.2,,\n`;
  const columns = { indicator: 'ip', category: 'note', confidence: 'conf' };
  await reputation.load({ name: 'csv', format: 'csv', text: csv, csv: columns });
  expect(reputation.check('192.0.2.1').sources).toEqual([
    { name: 'csv', category: 'says "c2", twice', score: 70, confidence: 0.9 },
  ]);
  expect(reputation.check('192.0.2.2').sources[0]).toMatchObject({ category: 'csv', confidence: 0.8 });
  await expect(
    reputation.load({ name: 'csv', format: 'csv', text: csv, csv: { indicator: 'nope' } }),
  ).rejects.toMatchObject({ code: 'WOLFSEC_FEED_INVALID' });
  await reputation.load({
    name: 'n',
    format: 'csv',
    text: 'x;192.0.2.9\r\n',
    csv: { indicator: 1, delimiter: ';' },
  });
  expect(reputation.check('192.0.2.9').score).toBeGreaterThan(0);
});

test('STIX 2.1: alternatives, confidence, expiry, revocation', async () => {
  const indicator = (pattern: string, more = {}) => ({
    type: 'indicator',
    pattern_type: 'stix',
    pattern,
    ...more,
  });
  const text = JSON.stringify({
    type: 'bundle',
    objects: [
      indicator(`[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'evil.example']`, {
        confidence: 50,
        indicator_types: ['malicious-activity'],
        valid_until: new Date(startMs + 1_000).toISOString(),
      }),
      indicator(`[file:hashes.'SHA-256' = '${sha256}']`),
      indicator(`[ipv6-addr:value ISSUBSET '2001:db8::/32']`),
      indicator(`[ipv4-addr:value = '192.0.2.2' AND network-traffic:dst_port = 99]`),
      indicator(`[ipv4-addr:value = '192.0.2.3']`, { revoked: true }),
      { type: 'malware', name: 'x' },
    ],
  });
  let nowMs = startMs;
  const reputation = new Reputation({ now: () => nowMs });
  await reputation.load({ name: 'stix', format: 'stix', text, score: 100 });
  expect(reputation.check('192.0.2.1').sources).toEqual([
    { name: 'stix', category: 'malicious-activity', score: 100, confidence: 0.5 },
  ]);
  expect(reputation.check('evil.example').score).toBe(50);
  expect(reputation.check(sha256).score).toBe(80);
  expect(reputation.check('2001:db8::9').score).toBe(80);
  expect(reputation.check('192.0.2.2').score).toBe(0);
  expect(reputation.check('192.0.2.3').score).toBe(0);
  nowMs += 1_000;
  expect(reputation.check('192.0.2.1').score).toBe(0);
  nowMs += 7 * 86_400_000;
  expect(reputation.check(sha256).score).toBe(0);
  expect(reputation.feeds()[0]?.expired).toBe(true);
});

test('MISP attributes and objects that are meant for detection', async () => {
  const reputation = new Reputation();
  const text = JSON.stringify({
    Event: {
      Attribute: [
        { type: 'ip-dst|port', value: '192.0.2.1|443', to_ids: true, category: 'Network activity' },
        { type: 'ip-src', value: '192.0.2.2', to_ids: false },
        { type: 'comment', value: '192.0.2.3', to_ids: true },
      ],
      Object: [{ Attribute: [{ type: 'filename|sha256', value: `a.exe|${sha256}`, to_ids: true }] }],
    },
  });
  await reputation.load({ name: 'misp', format: 'misp', text });
  expect(reputation.check('192.0.2.1').sources[0]?.category).toBe('Network activity');
  expect(reputation.check(sha256).score).toBeGreaterThan(0);
  for (const none of ['192.0.2.2', '192.0.2.3']) expect(reputation.check(none).score).toBe(0);
});

test('allow-lists win, the worst source decides', async () => {
  const reputation = new Reputation();
  await reputation.load({ name: 'a', text: '192.0.2.0/24\n198.51.100.1', score: 90, confidence: 0.5 });
  await reputation.load({ name: 'b', text: '192.0.2.7', score: 60, confidence: 1 });
  await reputation.load({ name: 'ours', text: '192.0.2.8/29', allow: true });
  expect(reputation.check('192.0.2.7').score).toBe(60);
  expect(reputation.check('192.0.2.9')).toMatchObject({ score: 0, allowedBy: 'ours' });
  reputation.learn([{ level: 'critical', entities: { 'source.ip': '192.0.2.9' } }]);
  expect(reputation.learned()).toEqual([]);
  expect(reputation.remove('ours')).toBe(true);
  expect(reputation.check('192.0.2.9').score).toBe(45);
});

test('what is learned adds up, decays, and is kept over a restart', () => {
  let nowMs = startMs;
  const reputation = new Reputation({ now: () => nowMs, learn: { halfLifeMs: 1_000 } });
  const detection = { level: 'high', entities: { 'source.ip': '203.0.113.5' } };
  reputation.learn(Array.from({ length: 5 }, () => detection));
  const score = reputation.check('203.0.113.5').score;
  expect(score).toBeCloseTo(100 * (1 - Math.exp(-75 / 50)));
  nowMs += 1_000;
  expect(reputation.check('203.0.113.5').score).toBeCloseTo(100 * (1 - Math.exp(-37.5 / 50)));
  const again = new Reputation({ now: () => nowMs, learn: { halfLifeMs: 1_000 } });
  again.restore(reputation.learned());
  expect(again.check('203.0.113.5').score).toBeCloseTo(reputation.check('203.0.113.5').score);
  nowMs += 20_000;
  expect(again.check('203.0.113.5').sources).toEqual([]);
  expect(again.forget('203.0.113.5')).toBe(true);
});

test('a long list is parsed aside and swapped in whole; a bad one leaves the old', async () => {
  const reputation = new Reputation();
  const list = (third: number) =>
    Array.from({ length: 20_000 }, (_, n) => `10.${third}.${n >> 8}.${n & 255}`).join('\n');
  await reputation.load({ name: 'big', text: list(1) });
  const loading = reputation.load({ name: 'big', text: list(2) });
  let looked = 0;
  const done = loading.then(() => true);
  while (!(await Promise.race([done, new Promise<false>((go) => setImmediate(() => go(false)))]))) {
    const [one, two] = ['10.1.3.4', '10.2.3.4'].map((address) => reputation.check(address).score > 0);
    expect(one).not.toBe(two);
    looked++;
  }
  expect(looked).toBeGreaterThan(0);
  expect(reputation.check('10.2.3.4').score).toBeGreaterThan(0);
  await expect(reputation.load({ name: 'big', text: 'nothing here\n' })).rejects.toMatchObject({
    code: 'WOLFSEC_FEED_INVALID',
  });
  await expect(reputation.load({ name: 'big', path: '/nonexistent' })).rejects.toMatchObject({
    code: 'WOLFSEC_FEED_INVALID',
  });
  await expect(reputation.load({ name: 'big', format: 'stix', text: '{' })).rejects.toMatchObject({
    code: 'WOLFSEC_FEED_INVALID',
  });
  expect(reputation.check('10.2.3.4').score).toBeGreaterThan(0);
});

test('feeds by URL are guarded', async () => {
  const server = createServer((_, answer) => answer.end('192.0.2.1\n')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
  const reputation = new Reputation();
  await expect(reputation.load({ name: 'u', url })).rejects.toMatchObject({
    code: 'WOLFSEC_ADDRESS_REFUSED',
  });
  const guard = { allowHttp: true, allowNetworks: ['127.0.0.0/8'] };
  expect(await reputation.load({ name: 'u', url, guard })).toMatchObject({ size: 1 });
  server.close();
});

test('remote answers are asked for once and added', async () => {
  let asked = 0;
  const reputation = new Reputation({
    async remote({ value }) {
      asked++;
      if (value === '192.0.2.3') throw new Error('away');
      return value === '192.0.2.1' ? { category: 'c2', score: 90, confidence: 1 } : undefined;
    },
  });
  for (let n = 0; n < 3; n++) {
    expect((await reputation.checkReputation('192.0.2.1')).score).toBe(90);
    expect((await reputation.checkReputation('192.0.2.2')).score).toBe(0);
  }
  expect(asked).toBe(2);
  expect((await reputation.checkReputation('192.0.2.3')).score).toBe(0);
});

test('no text crashes the parsers', async () => {
  const reputation = new Reputation();
  await fc.assert(
    fc.asyncProperty(
      fc.string({ maxLength: 200 }),
      fc.constantFrom('plain', 'csv', 'stix', 'misp'),
      async (text, format) => {
        await reputation.load({ name: 'x', text, format }).catch((error) => {
          expect(error.code).toBe('WOLFSEC_FEED_INVALID');
        });
      },
    ),
    { numRuns: 300 },
  );
});

test('an address is the same in whatever spelling it comes', () => {
  const spelt: [string, string][] = [
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:0db8::/032', ''],
    ['2001:0db8::/32', '2001:db8::/32'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:0:0/95', '::ffff:0:0/95'],
  ];
  for (const [text, value] of spelt) expect(indicatorOf(text)?.value ?? '', text).toBe(value);
  const reputation = new Reputation();
  for (const ip of ['::ffff:192.0.2.1', '192.0.2.1', '::ffff:c000:201'])
    reputation.learn([{ level: 'high', entities: { 'source.ip': ip } }]);
  expect(reputation.figures().learned).toBe(1);
  expect(reputation.check('192.0.2.1').score).toBeCloseTo(reputation.check('::ffff:192.0.2.1').score);
});

test('a list that is too long says so', async () => {
  const server = createServer((_, answer) => answer.end('192.0.2.1\n'.repeat(10_000))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  using reputation = new Reputation();
  const guard = { allowHttp: true, allowNetworks: ['127.0.0.1'] };
  await expect(reputation.load({ name: 'long', url, guard, maxBytes: 1_000 })).rejects.toMatchObject({
    code: 'WOLFSEC_FEED_INVALID',
    message: 'feed long: the answer is longer than 1000 bytes',
  });
  server.close();
});

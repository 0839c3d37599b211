import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { Registry } from '../../src/metrics/index.ts';
import { observeReputation, Reputation } from '../../src/reputation/index.ts';
import { waitMs } from '../../src/reputation/schedule.ts';

const folder = mkdtempSync(join(tmpdir(), 'wolfsec-feeds-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bad = '192.0.2.1';

test('a feed whose first load fails is loaded as soon as it can be', async () => {
  using reputation = new Reputation();
  const path = join(folder, 'late.txt');
  const options = { name: 'late', path, refreshMs: 60_000, retryMs: 10 };
  await expect(reputation.load(options)).rejects.toMatchObject({ code: 'WOLFSEC_FEED_INVALID' });
  expect(reputation.feeds()).toMatchObject([{ name: 'late', size: 0, loadedMs: 0, expired: false }]);
  expect(reputation.check(bad).score).toBe(0);
  await vi.waitFor(() => expect(reputation.feeds()[0]?.failures).toBeGreaterThan(2));
  expect(reputation.feeds()[0]?.failure).toMatch(/^feed late: ENOENT/);
  writeFileSync(path, `${bad}\n`);
  await vi.waitFor(() => expect(reputation.check(bad).score).toBe(56), { timeout: 5_000 });
  const [status] = reputation.feeds();
  expect(status).toMatchObject({ size: 1 });
  expect(status?.failure).toBeUndefined();
  expect(status?.nextLoadMs).toBeGreaterThan(Date.now() + 50_000);
});

test('what was loaded serves on while its source is away, and follows it when it is back', async () => {
  let lists = [`${bad}\n`];
  const server = createServer((_, answer) => {
    const list = lists.shift() ?? '';
    answer.writeHead(list === '' ? 503 : 200).end(list);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  using reputation = new Reputation();
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const guard = { allowHttp: true, allowNetworks: ['127.0.0.0/8'] };
    await reputation.load({ name: 'far', url, guard, refreshMs: 1_000, retryMs: 20 });
    await vi.waitFor(() => expect(reputation.feeds()[0]?.failures).toBeGreaterThan(1), { timeout: 10_000 });
    expect(reputation.feeds()[0]).toMatchObject({ size: 1, failure: 'feed far: answered 503' });
    expect(reputation.check(bad).score).toBe(56);
    lists = ['192.0.2.2\n192.0.2.3\n'];
    await vi.waitFor(() => expect(reputation.check('192.0.2.2').score).toBe(56), { timeout: 10_000 });
    expect(reputation.check(bad).score).toBe(0);
  } finally {
    server.close();
  }
});

test('a feed that is taken out, or whose reputation is disposed of, is asked for no more', async () => {
  let asked = 0;
  const server = createServer((_, answer) => {
    asked++;
    answer.writeHead(503).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const guard = { allowHttp: true, allowNetworks: ['127.0.0.0/8'] };
  try {
    for (const end of [(one: Reputation) => one.remove('gone'), (one: Reputation) => one[Symbol.dispose]()]) {
      const reputation = new Reputation();
      const load = { name: 'gone', url, guard, refreshMs: 1_000, retryMs: 10 };
      await expect(reputation.load(load)).rejects.toThrow('answered 503');
      await vi.waitFor(() => expect(reputation.feeds()[0]?.failures).toBeGreaterThan(1));
      end(reputation);
      expect(reputation.feeds()).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const before = asked;
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(asked).toBe(before);
    }
  } finally {
    server.close();
  }
});

test('without refreshMs a first load that fails leaves nothing behind', async () => {
  using reputation = new Reputation();
  await expect(reputation.load({ name: 'no', path: join(folder, 'no') })).rejects.toThrow('feed no');
  expect(reputation.feeds()).toEqual([]);
  const wrong = [
    { name: 'no' },
    { name: 'no', path: 'x', refreshMs: 999 },
    { name: 'no', path: 'x', refreshMs: 2 ** 32 },
    { name: 'no', path: 'x', refreshMs: 1_000, retryMs: Number.NaN },
  ];
  for (const options of wrong) {
    await expect(reputation.load(options)).rejects.toMatchObject({ code: 'WOLFSEC_INVALID_ARGUMENT' });
  }
});

test('waits double up to the refresh, and no two processes wait alike', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const spans = fc.record({
    failures: fc.nat(5_000),
    refreshMs: fc.integer({ min: 1_000, max: 10 ** 9 }),
    retryMs: fc.integer({ min: 10, max: 10 ** 9 }),
  });
  fc.assert(
    fc.property(spans, share, ({ failures, refreshMs, retryMs }, random) => {
      const wait = waitMs(failures, refreshMs, retryMs, () => random);
      const ceiling = Math.min(refreshMs, retryMs * 2 ** (failures - 1));
      const [least, most] = failures === 0 ? [0.9 * refreshMs, 1.1 * refreshMs] : [ceiling / 2, ceiling];
      expect(wait).toBeGreaterThanOrEqual(least * (1 - 1e-9));
      expect(wait).toBeLessThanOrEqual(most * (1 + 1e-9));
    }),
  );
});

test('metrics show how feeds stand', async () => {
  using reputation = new Reputation({ now: () => 1_000_000 });
  const registry = new Registry();
  const stop = observeReputation(reputation, registry, () => 1_060_000);
  await reputation.load({ name: 'here', text: `${bad}\n192.0.2.2` });
  await reputation.load({ name: 'away', path: join(folder, 'no'), refreshMs: 60_000 }).catch(() => {});
  const scrape = async () => Buffer.from((await registry.scrape('text/plain')).body).toString();
  const text = await scrape();
  expect(text).toMatch(/^wolfsec_reputation_feed_entries\{feed="here"\} 2$/m);
  expect(text).toMatch(/^wolfsec_reputation_feed_entries\{feed="away"\} 0$/m);
  expect(text).toMatch(/^wolfsec_reputation_feed_up\{feed="here"\} 1$/m);
  expect(text).toMatch(/^wolfsec_reputation_feed_up\{feed="away"\} 0$/m);
  expect(text).toMatch(/^wolfsec_reputation_feed_age_seconds\{feed="here"\} 60$/m);
  expect(text).not.toContain('feed_age_seconds{feed="away"}');
  expect(text).toMatch(/^wolfsec_reputation_feed_failures_total\{feed="away"\} 1$/m);
  reputation.remove('away');
  expect(await scrape()).not.toContain('"away"');
  stop();
});

import { expect, test } from 'vitest';
import { Registry } from '../../src/metrics/index.ts';
import { observeReputation, Reputation } from '../../src/reputation/index.ts';
import { shown } from '../metrics/shown.ts';

test('look-ups by outcome, what was learned, feeds and the cache of remote answers', async () => {
  const registry = new Registry();
  using reputation = new Reputation({
    registry,
    remote: async ({ value }) =>
      value === '198.51.100.9' ? { category: 'scanner', score: 90, confidence: 1 } : undefined,
  });
  const stop = observeReputation(reputation, registry);
  await reputation.load({ name: 'bad', text: '192.0.2.0/24\n' });
  await reputation.load({ name: 'good', text: '192.0.2.9\n', allow: true });
  const before = await shown(registry);
  expect(before.get('wolfsec_reputation_lookups_total{outcome="listed"}')).toBe(0);
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.9', '203.0.113.1']) reputation.check(address);
  await reputation.checkReputation('198.51.100.9');
  await reputation.checkReputation('198.51.100.9');
  expect(() => reputation.check('no indicator')).toThrow();
  // Learning asks allow-lists, which is nobody's look-up.
  reputation.learn([{ level: 'high', entities: { 'source.ip': '203.0.113.1' } }]);
  const after = await shown(registry);
  expect(after.get('wolfsec_reputation_lookups_total{outcome="listed"}')).toBe(2);
  expect(after.get('wolfsec_reputation_lookups_total{outcome="allowed"}')).toBe(1);
  expect(after.get('wolfsec_reputation_lookups_total{outcome="unknown"}')).toBe(3);
  expect(after.get('wolfsec_reputation_learned_addresses')).toBe(1);
  expect(after.get('wolfsec_reputation_feed_entries{feed="bad"}')).toBe(1);
  expect(after.get('wolfsec_cache_requests_total{cache="reputation",outcome="hit"}')).toBe(1);
  stop();
  reputation.check('192.0.2.1');
  expect((await shown(registry)).get('wolfsec_reputation_lookups_total{outcome="listed"}')).toBe(2);
});

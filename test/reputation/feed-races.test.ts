import { expect, test } from 'vitest';
import { Reputation } from '../../src/reputation/index.ts';

/** Parsed in a thread, which takes longer than a short one takes on the spot. */
const long = 'old.example\n'.repeat(20_000);

test('a version that was asked for first and came last does not replace the newer one', async () => {
  const reputation = new Reputation();
  const older = reputation.load({ name: 'feed', text: long });
  const newer = reputation.load({ name: 'feed', text: 'new.example' });
  await Promise.all([older, newer]);
  expect(reputation.check('new.example').score).toBeGreaterThan(0);
  expect(reputation.check('old.example').score).toBe(0);
});

test('a failure that was overtaken is not told of, nor does it undo anything', async () => {
  const reputation = new Reputation();
  const older = reputation.load({ name: 'feed', text: 'no indicator\n'.repeat(20_000) });
  await reputation.load({ name: 'feed', text: 'new.example' });
  await expect(older).rejects.toMatchObject({ code: 'WOLFSEC_FEED_INVALID' });
  expect(reputation.feeds()[0]).toMatchObject({ size: 1, failures: 0 });
});

test('a feed that is taken out while it loads stays out', async () => {
  const reputation = new Reputation();
  await reputation.load({ name: 'feed', text: 'old.example' });
  const loading = reputation.load({ name: 'feed', text: long });
  expect(reputation.remove('feed')).toBe(true);
  await expect(loading).rejects.toMatchObject({ code: 'WOLFSEC_ABORTED' });
  expect(reputation.feeds()).toEqual([]);
  expect(reputation.check('old.example').score).toBe(0);
  await reputation.load({ name: 'feed', text: 'new.example' });
  expect(reputation.check('new.example').score).toBeGreaterThan(0);
});

test('a feed that is taken out while its first load runs stays out', async () => {
  const reputation = new Reputation();
  const loading = reputation.load({ name: 'feed', text: long });
  expect(reputation.remove('feed')).toBe(true);
  await expect(loading).rejects.toMatchObject({ code: 'WOLFSEC_ABORTED' });
  expect(reputation.feeds()).toEqual([]);
});

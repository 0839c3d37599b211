import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Enricher } from '../../src/alert/index.ts';
import { Reputation } from '../../src/reputation/index.ts';
import { openReputation, reputationHook } from '../../src/server/reputation.ts';
import { detection } from '../alert/samples.ts';
import { temporaryFolder } from '../store/stores.ts';

test('feeds of one name are all in force, and no key in an address shows', async () => {
  const folder = temporaryFolder();
  const files = ['a', 'b'].map((name, n) => {
    mkdirSync(join(folder.path, name));
    const path = join(folder.path, name, 'bad.txt');
    writeFileSync(path, `192.0.2.${n + 1}\n`);
    return path;
  });
  const away = 'https://127.0.0.1:1/0123456789abcdef';
  const failures: string[] = [];
  using reputation = await openReputation(
    [...files, `${away}/bad.txt?type=c2`, `${away}/bad.txt?type=spam`, away, 'http://['],
    (error) => failures.push((error as Error).message),
  );
  expect(['192.0.2.1', '192.0.2.2'].map((one) => reputation.check(one).sources.length)).toEqual([1, 1]);
  expect(new Set(reputation.feeds().map(({ name }) => name))).toEqual(
    new Set([
      'bad.txt',
      'bad.txt#2',
      '127.0.0.1:1/bad.txt',
      '127.0.0.1:1/bad.txt#2',
      '127.0.0.1:1',
      'a feed',
    ]),
  );
  expect(failures).toHaveLength(4);
  expect(failures.join()).not.toContain('0123456789abcdef');
  folder.remove();
});

test('every detection of a batch is marked, from however many addresses they come', async () => {
  using reputation = new Reputation();
  await reputation.load({ name: 'bad', text: '192.0.2.0/24', score: 90, confidence: 1 });
  const enricher = new Enricher([reputationHook(reputation)]);
  const batch = Array.from({ length: 100 }, (_, n) =>
    detection(n, { tags: [], entities: { 'source.ip': `192.0.2.${n}` } }),
  );
  const marked = (await enricher.enrich(batch)).filter(({ tags }) => tags.includes('reputation.bad'));
  expect(marked).toHaveLength(100);
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openReputation } from '../../src/server/reputation.ts';
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

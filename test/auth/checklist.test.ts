import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';

// The checklist in docs/auth.md names a test for each item that is met.
const root = resolve(import.meta.dirname, '../..');
const rows = readFileSync(resolve(root, 'docs/auth.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+\.\d+\.\d+/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const named = rows.flatMap(([, item, , , evidence = '']) =>
  [...evidence.matchAll(/`([\w-]+)`: “([^”]+)”/g)].map(
    ([, file, title]) => [item, file, title] as [string, string, string],
  ),
);

test('every requirement of ASVS 5.0.0 has its row, once and in order', () => {
  // Requirements of each section of V6, V7 and V9.
  const sections = { 6: [3, 12, 8, 6, 8, 4, 2, 4], 7: [3, 4, 2, 5, 3, 2], 9: [3, 4] };
  const all = Object.entries(sections).flatMap(([chapter, counts]) =>
    counts.flatMap((count, i) => Array.from({ length: count }, (_, n) => `${chapter}.${i + 1}.${n + 1}`)),
  );
  expect(rows.map(([, item]) => item)).toEqual(all);
});

test('every item that is met names a test', () => {
  expect(rows.length).toBeGreaterThan(40);
  const met = rows.filter(([, , , verdict]) => verdict === 'met').map(([, item]) => item);
  const proven = new Set(named.map(([item]) => item));
  expect(met.filter((item) => !proven.has(item as string))).toEqual([]);
});

test('every test that is named exists', () => {
  const missing = named.filter(([, file, title]) => {
    const [path] = globSync(`test/**/${file}.test.ts`, { cwd: root });
    return path === undefined || !readFileSync(resolve(root, path), 'utf8').includes(title);
  });
  expect(missing).toEqual([]);
});

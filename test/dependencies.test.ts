import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const [, reasons = ''] = read('ARCHITECTURE.md').split('## Dependencies, and why each');

const packages = ['package.json', 'bench/package.json', 'scripts/docs/package.json'].flatMap((path) => {
  const { dependencies, devDependencies, peerDependencies } = JSON.parse(read(path));
  return Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
});
const crates = globSync('native/*/Cargo.toml', { cwd: root }).flatMap((path) =>
  Array.from(
    read(path).matchAll(/^\[(?:target\..+\.)?(?:\w+-)?dependencies\]\n((?:[\w-]+ = .*\n)*)/gm),
    ([, list = '']) => list.match(/^[\w-]+/gm) ?? [],
  ).flat(),
);
const named = Array.from(reasons.matchAll(/`(@?[a-z0-9/_-]+)`/g), ([, name]) => name as string);

test('every dependency has its reason in ARCHITECTURE.md', () => {
  expect([packages.length > 50, crates.length > 30]).toEqual([true, true]);
  const explained = (name: string) => /^(@types\/|wolfsec-)/.test(name) || named.includes(name);
  expect([...packages, ...crates].filter((name) => !explained(name))).toEqual([]);
});

test('ARCHITECTURE.md gives no reason for what is gone', () => {
  const known = [...packages, ...crates, 'yaml', 'unsafe', 'bench/', 'bench/floor', 'scripts/docs'];
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

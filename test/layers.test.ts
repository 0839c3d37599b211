import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';

/** Each layer may import from those named; files beside the layers (`errors.ts` and the like) are open to all. */
const mayImport: Record<string, readonly string[]> = {
  backend: [],
  net: [],
  crypto: ['backend'],
  match: ['backend'],
  event: ['backend'],
  rule: ['backend', 'event', 'match'],
  metrics: ['backend'],
  cache: ['backend', 'metrics'],
  reputation: ['net', 'backend', 'match', 'cache', 'metrics'],
  detect: ['backend', 'event', 'rule', 'match', 'reputation', 'metrics'],
  http: ['backend', 'match', 'rule', 'detect', 'reputation', 'metrics', 'cache'],
  store: ['metrics'],
  auth: ['backend', 'crypto', 'cache', 'metrics', 'store', 'detect'],
  alert: ['net', 'crypto', 'detect', 'match', 'store', 'metrics', 'reputation', 'cache'],
  pipeline: ['event', 'rule', 'detect', 'alert', 'store', 'metrics', 'reputation', 'cache'],
  // The page knows the shapes of the API alone.
  dashboard: ['server'],
  broker: [],
  fleet: ['broker', 'detect', 'alert', 'pipeline', 'store', 'metrics'],
  server: ['*'],
  cli: ['*'],
};

const src = resolve(import.meta.dirname, '../src');

/** Every file of src, and those of this tree that it imports from, be it a type. */
const imports = new Map(
  globSync('**/*.{ts,tsx}', { cwd: src }).map((file) => {
    const found = readFileSync(resolve(src, file), 'utf8').matchAll(/from '(\.[^']+)'/g);
    const targets = Array.from(found, ([, specifier]) =>
      relative(src, resolve(src, file, '..', specifier as string)),
    );
    return [file, targets];
  }),
);

test('imports point downward only', () => {
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    const [layer, inner] = file.split('/') as [string, string | undefined];
    if (inner === undefined) continue;
    const allowed = mayImport[layer];
    expect(allowed, `src/${layer} has no place in the order of layers`).toBeDefined();
    for (const target of targets) {
      const [to, below] = target.split('/') as [string, string | undefined];
      if (below === undefined || to === layer || to === '..') continue;
      if (!allowed?.includes('*') && !allowed?.includes(to)) wrong.push(`src/${file} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('no file leads back to itself', () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    else if (!done.has(file)) for (const next of imports.get(file) ?? []) follow(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
  expect(cycles).toEqual([]);
});

test('only backend/ touches the addon', () => {
  const wrong = globSync('**/*.ts', { cwd: src })
    .filter((file) => !file.startsWith('backend/'))
    .filter((file) => /backend\/(native|portable)\//.test(readFileSync(resolve(src, file), 'utf8')));
  expect(wrong).toEqual([]);
});

test('only server/ imports Fastify, which is an optional peer', () => {
  const wrong = globSync('**/*.ts', { cwd: src })
    .filter((file) => !file.startsWith('server/'))
    .filter((file) => /(from|import\() ?'fastify'/.test(readFileSync(resolve(src, file), 'utf8')));
  expect(wrong).toEqual([]);
});

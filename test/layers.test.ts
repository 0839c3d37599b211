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

test('imports point downward only', () => {
  const wrong: string[] = [];
  for (const file of globSync('**/*.{ts,tsx}', { cwd: src })) {
    const [layer, inner] = file.split('/') as [string, string | undefined];
    if (inner === undefined) continue;
    const allowed = mayImport[layer];
    expect(allowed, `src/${layer} has no place in the order of layers`).toBeDefined();
    for (const [, specifier] of readFileSync(resolve(src, file), 'utf8').matchAll(/from '(\.[^']+)'/g)) {
      const target = relative(src, resolve(src, file, '..', specifier as string)).split('/');
      const to = target[0] as string;
      if (target.length === 1 || to === layer || to === '..') continue;
      if (!allowed?.includes('*') && !allowed?.includes(to)) wrong.push(`src/${file} imports ${specifier}`);
    }
  }
  expect(wrong).toEqual([]);
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

import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { bothBackends, withoutNative } from './backends.ts';

const members = (backend: Backend) =>
  Object.entries(backend)
    .filter(([, area]) => typeof area === 'object')
    .flatMap(([area, functions]) => Object.keys(functions).map((name) => `${area}.${name}`))
    .sort();

test('both back ends have the same members', ({ skip }) => {
  if (!bothBackends) return skip(withoutNative);
  expect(members(bothBackends.native)).toEqual(members(bothBackends.portable));
  expect(members(bothBackends.native).length).toBeGreaterThan(0);
});

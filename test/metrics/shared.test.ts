import { expect, test } from 'vitest';
import { Registry } from '../../src/metrics/index.ts';

test('a counter in shared memory begins at zero', async () => {
  const registry = new Registry({ shared: true });
  registry.counter({ name: 'plain', help: 'p' });
  const labelled = registry.counter({ name: 'labelled', help: 'l', labels: ['a'] });
  labelled.labels('x');
  expect(await registry.text()).toContain('plain_total 0\n');
  expect(await registry.text()).toContain('labelled_total{a="x"} 0\n');
  labelled.inc({ a: 'x' }, 2);
  expect(await registry.text()).toContain('labelled_total{a="x"} 2\n');
});

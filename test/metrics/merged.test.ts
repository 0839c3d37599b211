import { expect, test } from 'vitest';
import { Registry, ThreadHub, threadRegistry } from '../../src/metrics/index.ts';
import { mergeInto } from '../../src/metrics/merge.ts';

const openMetrics = async (hub: ThreadHub) =>
  Buffer.from((await hub.scrape('application/openmetrics-text')).body).toString();

test('what threads count together began with the first of them, at every scrape', async () => {
  const registry = new Registry();
  const hub = new ThreadHub(registry);
  const thread = threadRegistry(hub.connect());
  for (const each of [registry, thread]) {
    each.counter({ name: 'c', help: 'c', labels: ['l'] }).inc({ l: 'x' });
    each.histogram({ name: 'h', help: 'h' }).observe(1);
    each.summary({ name: 's', help: 's' }).observe(1);
    each.exponentialHistogram({ name: 'e', help: 'e' }).observe(1);
  }
  for (const family of registry.ownFamilies()) family.createdSeconds[0] = 2000;
  for (const family of thread.ownFamilies()) family.createdSeconds[0] = 1000;
  await new Promise(setImmediate);
  const created = ['c_created{l="x"} 1000', 'h_created 1000', 's_created 1000', 'e_created 1000'];
  for (let scrape = 0; scrape < 2; scrape++)
    expect((await openMetrics(hub)).split('\n').filter((line) => line.includes('_created'))).toEqual(created);
});

test('a set of states shows no state besides its own', async () => {
  const registry = new Registry();
  registry.stateSet({ name: 'mode', help: 'm', states: ['on', 'off'] }).set('on');
  registry.stateSet({ name: 'none', help: 'n', states: ['a'] }).reset();
  const merged = new Registry();
  expect(mergeInto(merged, [registry.snapshot(), registry.snapshot()])).toBe(0);
  const lines = (await merged.text()).split('\n').filter((line) => !line.startsWith('#'));
  expect(lines).toEqual(['mode{mode="on"} 1', 'mode{mode="off"} 0', '']);
});

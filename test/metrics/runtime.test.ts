import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { Registry } from '../../src/metrics/index.ts';
import { loopDelaySeconds } from '../../src/metrics/runtime.ts';

test('the delay of the event loop is what is above the time between two looks', () => {
  expect(loopDelaySeconds(10_100_000)).toBeCloseTo(0.0001, 9);
  expect(loopDelaySeconds(260_000_000)).toBeCloseTo(0.25, 9);
  expect(loopDelaySeconds(9_900_000)).toBe(0);
  // Nothing was seen since the last scrape.
  expect(loopDelaySeconds(Number.NaN)).toBe(0);
});

test('a collector that fails later is told of, as one that throws, and fails no scrape', async () => {
  const registry = new Registry();
  const told: string[] = [];
  const warned = (warning: Error) => told.push(warning.message);
  process.on('warning', warned);
  registry.gauge({ name: 'g', help: 'g', collect: (async () => Promise.reject(new Error('late'))) as never });
  registry.onScrape(() => {
    throw new Error('at once');
  });
  registry.onScrape((async () => Promise.reject('no error')) as never);
  expect(await registry.text()).toContain('g 0\n');
  while (told.length < 3) await EventEmitter.once(process, 'warning');
  process.off('warning', warned);
  expect(told.toSorted()).toEqual(['at once', 'late', 'no error']);
});

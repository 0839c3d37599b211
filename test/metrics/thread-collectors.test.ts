import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Registry, ThreadHub, threadRegistry } from '../../src/metrics/index.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const told = () => new Promise(setImmediate);
const shown = async (hub: ThreadHub) => Buffer.from((await hub.scrape()).body).toString();

test('what is collected in a thread is, and the window of its summaries moves on though it records nothing', async () => {
  const hub = new ThreadHub(new Registry());
  const port = hub.connect();
  const registry = threadRegistry(port);
  let nowMs = 0;
  let level = 7;
  registry.gauge({ name: 'level', help: 'l', collect: (gauge) => gauge.set(level) });
  registry.summary({ name: 'sizes', help: 's', quantiles: [0.5], windowMs: 10, now: () => nowMs }).observe(4);
  await told();
  vi.advanceTimersByTime(1_000);
  expect(await shown(hub)).toMatch(/^level 7$/m);
  expect(await shown(hub)).toMatch(/^sizes\{quantile="0.5"\} 3\.9\d+$/m);
  nowMs = 100;
  level = 8;
  vi.advanceTimersByTime(1_000);
  expect(await shown(hub)).toMatch(/^level 8$/m);
  expect(await shown(hub)).toMatch(/^sizes\{quantile="0.5"\} NaN\nsizes_sum 4\nsizes_count 1$/m);
  port.close();
  while (hub.threads > 0) await told();
  expect(vi.getTimerCount()).toBe(0);
});

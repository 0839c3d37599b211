import { afterEach, expect, test, vi } from 'vitest';
import { EngineWatch } from '../../src/server/live/figures.ts';

afterEach(() => vi.useRealTimers());

test('as many seconds of history are given as are asked for, none where none are', () => {
  vi.useFakeTimers();
  const watch = new EngineWatch({
    totals: () => ({ batches: 0, bytes: 0, events: 0, detections: 0, faults: 0, dropped: 0 }),
    queue: () => ({ batches: 0, bytes: 0, maxBatches: 1, maxBytes: 1 }),
    pool: () => ({ size: 1, inUse: 0, waiting: 0, utilisation: 0 }),
    cache: () => ({ hits: 0, misses: 0 }),
    alerts: () => ({ open: 0, undelivered: 0, deadLetters: 0 }),
    watchers: () => 0,
  });
  vi.advanceTimersByTime(5_000);
  expect([0, 2, 5, 900].map((seconds) => watch.history(seconds).length)).toEqual([0, 2, 5, 5]);
  watch.close();
});

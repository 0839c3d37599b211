import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../bench/harness/statistics.ts';
import { riseProbability, slope } from '../../bench/harness/trend.ts';
import { judgeSoak, type Sample } from '../../bench/soak/verdict.ts';

function samples(change: (fraction: number) => Partial<Sample>): Sample[] {
  const random = seededRandom(7);
  const noise = (size: number) => (random() - 0.5) * size;
  return Array.from({ length: 120 }, (_, i) => ({
    minute: i / 60,
    heap: 20e6 + noise(2e5),
    external: 5e6 + noise(1e5),
    rss: 150e6 + noise(4e6),
    fds: 30,
    handles: 3 + Math.round(random()),
    p50Ms: 0.2 + noise(0.05),
    p99Ms: 0.5 + noise(5),
    p50CpuMs: 0.1 + noise(0.03),
    p99CpuMs: 0.5 + noise(0.2),
    rounds: 1000,
    ...change(i / 120),
  }));
}
const grows = (change: (fraction: number) => Partial<Sample>) =>
  judgeSoak(samples(change))
    .filter((finding) => finding.failed)
    .map((finding) => finding.what);

describe('a soak', () => {
  test('that is steady fails nothing', () => expect(grows(() => ({}))).toEqual([]));
  test('that warms up and then is steady fails nothing', () =>
    expect(grows((f) => ({ heap: 20e6 + Math.min(f, 0.25) * 40e6 }))).toEqual([]));
  test('whose heap grows fails', () => expect(grows((f) => ({ heap: 20e6 + f * 4e6 }))).toEqual(['heap']));
  test('whose buffers grow fails', () =>
    expect(grows((f) => ({ external: 5e6 + f * 4e6 }))).toEqual(['external']));
  test('whose descriptors grow fails', () =>
    expect(grows((f) => ({ fds: 30 + Math.floor(f * 20) }))).toEqual(['fds']));
  test('that gets slower fails', () => {
    expect(grows((f) => ({ p99CpuMs: 0.5 + f * f * 8 }))).toEqual(['p99CpuMs']);
    expect(grows((f) => ({ p50Ms: 0.2 + f * f * 4 }))).toEqual(['p50Ms']);
    expect(grows((f) => ({ p50CpuMs: 0.1 + f * 2 }))).toEqual(['p50CpuMs']);
  });
  test('beside an ever busier neighbour fails nothing', () =>
    expect(grows((f) => ({ p99Ms: 0.5 + f * 30 }))).toEqual([]));
  test('with memory the allocator has yet to give back fails only well above it', () => {
    expect(grows((f) => ({ rss: 150e6 + f * 10e6 }))).toEqual([]);
    expect(grows((f) => ({ rss: 150e6 + f * 90e6 }))).toEqual(['rss']);
  });
});

test('trends: the slope ignores spikes, no trend is no rise', () => {
  const at = [0, 1, 2, 3, 4, 5, 6, 7];
  expect(slope(at, [0, 2, 4, 6, 900, 10, 12, 14])).toBeCloseTo(2);
  expect(riseProbability([1, 2, 3, 4, 5, 6, 7, 8])).toBeLessThan(0.001);
  expect(riseProbability([3, 1, 4, 1, 5, 2, 3, 2])).toBeGreaterThan(0.3);
  expect(riseProbability([2, 2, 2, 2])).toBe(1);
});

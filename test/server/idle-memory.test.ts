import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { giveMemoryBackWhenIdle } from '../../src/server/idle-memory.ts';

const module = new URL('../../src/server/idle-memory.ts', import.meta.url).href;

/** Fills the young generation, lets go of it, and says how much of the heap is held before and after. */
const program = `
  const { giveMemoryBackWhenIdle } = await import(${JSON.stringify(module)});
  const stop = giveMemoryBackWhenIdle(() => 0);
  let kept = [];
  for (let n = 0; n < 3_000_000; n++) {
    kept.push({ n, text: 'a' + n });
    if (kept.length === 100_000) kept = [];
  }
  kept = [];
  const before = process.memoryUsage().heapTotal;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  stop();
  console.log(JSON.stringify([before, process.memoryUsage().heapTotal, typeof gc]));
`;

test('memory that nothing uses goes back to the system, and V8 shows no new global', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--no-warnings', '--input-type=module', '-e', program],
  ]);
  const [before, after, gc] = JSON.parse(stdout) as [number, number, string];
  expect(before).toBeGreaterThan(40e6);
  expect(after).toBeLessThan(before - 24e6);
  expect(gc).toBe('undefined');
}, 60_000);

test('soon after the start where there is little to do, and later where there is nothing', () => {
  vi.useFakeTimers();
  const memory = vi.spyOn(process, 'memoryUsage');
  try {
    const slack = (bytes: number) =>
      memory.mockReturnValue({ heapTotal: 100e6, heapUsed: 100e6 - bytes } as NodeJS.MemoryUsage);
    const collect = vi.fn();
    let events = 0;
    slack(60e6);
    const stop = giveMemoryBackWhenIdle(() => events, collect);
    events = 300;
    vi.advanceTimersByTime(2_000);
    expect(collect).toHaveBeenCalledTimes(1);
    // One event in ten seconds is somebody who waits for an answer.
    events++;
    vi.advanceTimersByTime(8_000);
    expect(collect).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10_000);
    expect(collect).toHaveBeenCalledTimes(2);
    slack(10e6);
    vi.advanceTimersByTime(10_000);
    expect(collect).toHaveBeenCalledTimes(2);
    stop();
    slack(60e6);
    vi.advanceTimersByTime(60_000);
    expect(collect).toHaveBeenCalledTimes(2);

    const busy = vi.fn();
    giveMemoryBackWhenIdle(() => events, busy);
    events += 1_000;
    vi.advanceTimersByTime(2_000);
    expect(busy).not.toHaveBeenCalled();
  } finally {
    memory.mockRestore();
    vi.useRealTimers();
  }
});

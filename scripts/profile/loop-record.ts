// Loaded into the profiled process with --import: measures the event loop and asks a second thread
// to look at the stack whenever the loop stands still.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isMainThread, Worker } from 'node:worker_threads';

if (isMainThread) {
  const blockedMs = Number(process.env.WOLFSEC_BLOCKED_MS ?? 20);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const shared = new SharedArrayBuffer(8);
  const beat = new BigInt64Array(shared);
  const tick = () => Atomics.store(beat, 0, process.hrtime.bigint());
  tick();
  setInterval(tick, 5).unref();
  const report = process.env.WOLFSEC_PROFILE_BASE as string;
  const watch = new Worker(new URL('./loop-watch.ts', import.meta.url), {
    workerData: { shared, blockedMs, report: `${report}.blocked.json` },
    execArgv: [],
  });
  watch.unref();

  process.on('exit', () => {
    delay.disable();
    const ms = (ns: number) => Math.round(ns / 1e4) / 100;
    const percentiles = Object.fromEntries([50, 90, 99, 99.9, 100].map((p) => [p, ms(delay.percentile(p))]));
    const { utilization } = performance.eventLoopUtilization();
    writeFileSync(
      `${report}.loop.json`,
      JSON.stringify({ percentiles, meanMs: ms(delay.mean), utilization }),
    );
  });
}

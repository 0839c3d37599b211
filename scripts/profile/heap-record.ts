// Loaded into the profiled process with --import: records its heap until it ends.
import { closeSync, openSync, writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { writeHeapSnapshot } from 'node:v8';

const base = process.env.WOLFSEC_PROFILE_BASE as string;
const timeline = openSync(`${base}.heaptimeline`, 'w');
const session = new Session();
session.connect();
session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => writeSync(timeline, params.chunk));
session.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
const started = process.memoryUsage();
let recording = true;

function stop(): void {
  if (!recording) return;
  recording = false;
  // Within one process the inspector answers at once, so that this is done when `post` returns.
  session.post('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false });
  session.disconnect();
  closeSync(timeline);
}

// The recording's own timer keeps the process alive: end it once nothing else does.
const standard = new Set(['TTYWrap', 'PipeWrap']);
const idle = setInterval(() => {
  if (process.getActiveResourcesInfo().some((name) => !standard.has(name))) return;
  clearInterval(idle);
  stop();
}, 100).unref();

process.on('exit', () => {
  const ended = process.memoryUsage();
  stop();
  globalThis.gc?.();
  writeHeapSnapshot(`${base}.heapsnapshot`);
  for (const key of ['rss', 'heapUsed', 'external', 'arrayBuffers'] as const) {
    const [from, to] = [started[key], ended[key]].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`);
    console.error(`${key.padEnd(13)} ${from} at the start, ${to} at the end`);
  }
});

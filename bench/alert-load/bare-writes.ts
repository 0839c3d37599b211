import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A synced write of 4 KiB into a filled file, a hundred times a second, until told to end: what disk and processor give
 * at this moment to somebody who does nothing else. A tenth of what the outbox writes, so that it hardly adds to it.
 */
const { path, ended } = workerData as { path: string; ended: SharedArrayBuffer };
const end = new Int32Array(ended);
const bytes = Buffer.alloc(4096, 1);

writeFileSync(path, Buffer.alloc(4 << 20));
const file = openSync(path, constants.O_WRONLY | constants.O_DSYNC);
const took: number[] = [];
for (let n = 0; Atomics.wait(end, 0, 0, 10) === 'timed-out'; n++) {
  const beganMs = performance.now();
  writeSync(file, bytes, 0, bytes.length, (n % 1024) * bytes.length);
  took.push(performance.now() - beganMs);
}
closeSync(file);
rmSync(path);
parentPort?.postMessage(took);

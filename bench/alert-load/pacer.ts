import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/**
 * Says when events are due: what falls into a millisecond is due at its end, in one message. A thread of its own, so
 * that a stall of the program under load delays no event and counts against the program.
 */
export interface Due {
  readonly from: number;
  readonly to: number;
  /** `process.hrtime`, in milliseconds. */
  readonly atMs: number;
  /** How late this message itself left. */
  readonly lateMs: number;
}

const { perSecond, total } = workerData as { perSecond: number; total: number };
const port = parentPort as MessagePort;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const never = new Int32Array(new SharedArrayBuffer(4));

const beganMs = nowMs() + 5;
let sent = 0;
for (let tick = 1; sent < total; tick++) {
  const atMs = beganMs + tick;
  const restMs = atMs - nowMs();
  if (restMs > 0) Atomics.wait(never, 0, 0, restMs);
  const to = Math.min(total, Math.floor((tick * perSecond) / 1_000));
  if (to > sent) port.postMessage({ from: sent, to, atMs, lateMs: nowMs() - atMs } satisfies Due);
  sent = to;
}

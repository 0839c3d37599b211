// The second thread: when the main thread's heartbeat is late, it pauses the main thread through the
// inspector for an instant, notes the stack and lets it go on.
import { writeFileSync } from 'node:fs';
import { type Debugger, Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';

const { shared, blockedMs, report } = workerData as {
  shared: SharedArrayBuffer;
  blockedMs: number;
  report: string;
};
const beat = new BigInt64Array(shared);
const stacks = new Map<string, { count: number; longestMs: number }>();
let asked: bigint | undefined;

const session = new Session();
session.connectToMainThread();
session.post('Debugger.enable');
session.on('Debugger.paused', ({ params }) => {
  session.post('Debugger.resume');
  // Loading modules holds the loop up once, at the start.
  if (params.callFrames.some(({ url }) => url.startsWith('node:internal/modules/'))) return;
  const stack = params.callFrames.slice(0, 12).map(describe).join('\n');
  const known = stacks.get(stack) ?? { count: 0, longestMs: 0 };
  known.count++;
  if (asked !== undefined) known.longestMs = Math.max(known.longestMs, Number(asked) / 1e6);
  stacks.set(stack, known);
  writeFileSync(
    report,
    JSON.stringify([...stacks].map(([text, seen]) => ({ stack: text.split('\n'), ...seen }))),
  );
});

setInterval(() => {
  const late = process.hrtime.bigint() - Atomics.load(beat, 0);
  if (Number(late) / 1e6 < blockedMs) return;
  asked = late;
  session.post('Debugger.pause');
}, blockedMs / 2);

function describe({ functionName, url, location }: Debugger.CallFrame): string {
  return `${functionName || '(anonymous)'} ${url.split('/').at(-1) ?? ''}:${location.lineNumber + 1}`;
}

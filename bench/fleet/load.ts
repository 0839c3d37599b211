// How many events a second one worker takes off NATS JetStream, to detection, store and acknowledgement:
// `node bench/fleet/load.ts [events] [main]`, main being `dist/cli/main.js` for what users run. NATS is a server of this
// bench's own; the queue is filled first, and then a worker with the starter rules and the embedded database empties it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Broker, type Outgoing, openBroker } from '../../src/broker/index.ts';
import { openStore } from '../../src/store/index.ts';

const root = new URL('../../', import.meta.url).pathname;
const wanted = Math.min(20_000_000, Math.max(10_000, Number(process.argv[2] ?? 2_000_000)));
const main = join(root, process.argv[3] ?? 'src/cli/main.ts');
const eventsPerMessage = 100;
/** One event of this many comes from the samples, in which attacks are. */
const attackEvery = 200;

if (spawnSync('nats-server', ['--version']).status !== 0) {
  console.log('skipped: there is no nats-server here');
  process.exit(0);
}
const samples = readFileSync(join(root, 'samples/windows.ndjson'), 'utf8').trimEnd().split('\n');
const folder = mkdtempSync(join(tmpdir(), 'wolfsec-fleet-load-'));
const port = await freePort();
const nats = spawn(
  'nats-server',
  ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'nats')],
  {
    stdio: 'ignore',
  },
);
let worker: ChildProcess | undefined;
try {
  await listening(port);
  const url = `nats://127.0.0.1:${port}`;
  const broker = await openBroker(url, { maxQueueBytes: 16 * 1024 ** 3 });
  const { messages, elapsedMs: publishMs } = await fill(broker);
  console.log(`published ${wanted} events in ${messages} messages: ${rate(wanted, publishMs)} events/s`);
  const data = join(folder, 'data');
  const env = { ...process.env, WOLFSEC_BROKER_QUEUE_BYTES: String(16 * 1024 ** 3), WOLFSEC_PARTITIONS: '4' };
  worker = spawn(process.execPath, [main, 'worker', '--source', url, '--data', data], {
    stdio: 'ignore',
    env,
  });
  const { elapsedMs, taken, peakMb } = await drained(broker, messages, worker.pid as number);
  console.log(
    `taken and acknowledged: ${rate(taken * eventsPerMessage, elapsedMs)} events/s, peak ${peakMb} MB`,
  );
  await broker.close();
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  await ended;
  const store = await openStore({ dataFolder: data, sweepEveryMs: false });
  console.log(`${await store.threats.count({})} detections in the store`);
  await store.close();
} finally {
  worker?.kill('SIGKILL');
  const ended = once(nats, 'exit');
  nats.kill('SIGKILL');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

async function fill(broker: Broker) {
  const templates = Array.from({ length: 64 }, (_, seed) => message(seed));
  const messages = Math.ceil(wanted / eventsPerMessage);
  const startedMs = performance.now();
  for (let at = 0; at < messages; at += 500) {
    const outgoing: Outgoing[] = [];
    for (let n = at; n < Math.min(messages, at + 500); n++) {
      outgoing.push({ id: `load-${n}#1`, data: templates[n % templates.length] as Buffer });
    }
    await broker.publish('events', outgoing);
  }
  return { messages, elapsedMs: performance.now() - startedMs };
}

/** From the first message taken to the last acknowledged. */
async function drained(broker: Broker, messages: number, pid: number) {
  let peakMb = 0;
  let began: { atMs: number; left: number } | undefined;
  for (;;) {
    const { waiting, pending } = await broker.queue();
    const left = waiting + pending;
    peakMb = Math.max(peakMb, residentMb(pid));
    if (!began && left < messages) began = { atMs: performance.now(), left };
    if (began && left === 0) return { elapsedMs: performance.now() - began.atMs, taken: began.left, peakMb };
    await sleep(25);
  }
}

function message(seed: number): Buffer {
  const lines = Array.from({ length: eventsPerMessage }, (_, n) => {
    const number = seed * eventsPerMessage + n;
    if (number % attackEvery === 0) return samples[(number / attackEvery) % samples.length] as string;
    return JSON.stringify({
      '@timestamp': new Date(1.77e12 + number).toISOString(),
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: 1,
      Computer: `host-${n % 50}`,
      Image: `C:\\Program Files\\Vendor\\tool-${(seed * 31 + n) % 997}.exe`,
      CommandLine: `"C:\\Program Files\\Vendor\\tool.exe" --job ${seed}-${n} --level info`,
      ParentImage: 'C:\\Windows\\System32\\services.exe',
      User: `EXAMPLE\\user-${n % 200}`,
    });
  });
  return Buffer.from(`${lines.join('\n')}\n`);
}

function residentMb(pid: number): number {
  try {
    const found = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Math.round(Number(found?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

function rate(events: number, ms: number): string {
  return Math.round(events / (ms / 1_000)).toLocaleString('en');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function listening(on: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(on, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => {});
      socket.unref();
    });
    if (answers) return;
    await sleep(25);
  }
  throw new Error('nats-server does not listen');
}

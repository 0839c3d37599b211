// How many events a second the service takes by HTTP, to detection and store:
// `node bench/ingest/load.ts [seconds] [main]`, main being `dist/cli/main.js` for what users run (after `npm run build`).
// The service is a process of its own with the starter rules; this process sends the samples over loopback.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/store/index.ts';

const seconds = Math.min(60, Math.max(1, Number(process.argv[2] ?? 5)));
const main = process.argv[3] ?? 'src/cli/main.ts';
const connections = 8;
const batchEvents = 2_000;
/** One event of this many comes from the samples, in which attacks are; the others are what a quiet host logs. */
const attackEvery = 200;

const root = new URL('../../', import.meta.url).pathname;
let picked = 0;
let answered = 0;
const samples = readFileSync(join(root, 'samples/windows.ndjson'), 'utf8').trimEnd().split('\n');
const folder = mkdtempSync(join(tmpdir(), 'wolfsec-load-'));
const child = spawn(process.execPath, [join(root, main), 'serve', '--port', '0', '--data', folder], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await listening();
  // What starting took is given back two seconds later.
  await sleep(4_000);
  const idle = usage();
  await sleep(2_000);
  const idleCpu = (usage().cpuMs - idle.cpuMs) / 2_000;
  console.log(`idle: ${idle.residentMb} MB, ${(idleCpu * 100).toFixed(1)} % of a core`);

  const batches = Array.from({ length: 16 }, (_, n) => batch(n));
  const first = await send(url, batches[0] as Buffer);
  answered += first.detections;
  const { events, detections, latencies, elapsedMs, peakMb, held } = await load(url, batches);
  const rate = Math.round(events / (elapsedMs / 1_000)).toLocaleString('en');
  answered += detections;
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => latencies[Math.floor((latencies.length - 1) * q)]?.toFixed(0);
  console.log(
    `${events} events in ${(elapsedMs / 1_000).toFixed(1)} s: ${rate} events/s, ${detections} detections`,
  );
  console.log(
    `batches of ${batchEvents}: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms; ${held} answers of 429`,
  );
  console.log(`peak ${peakMb} MB`);
} finally {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
const store = await openStore({ dataFolder: folder, sweepEveryMs: false });
const rows = await stored();
await store.close();
rmSync(folder, { recursive: true, force: true });
console.log(`${rows} detections in the store of ${answered} answered`);
if (rows < answered) process.exitCode = 1;

async function listening(): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /http:\S+/.exec(line);
    if (found) return found[0];
  }
  throw new Error('the service ended before it listened');
}

function batch(seed: number): Buffer {
  const lines = Array.from({ length: batchEvents }, (_, n) => {
    if (n % attackEvery === 0) return samples[picked++ % samples.length] as string;
    return JSON.stringify({
      '@timestamp': new Date(1.77e12 + seed * batchEvents + n).toISOString(),
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: 1,
      Computer: `host-${n % 50}`,
      Image: `C:\\Program Files\\Vendor\\tool-${(seed * 31 + n) % 997}.exe`,
      CommandLine: `"C:\\Program Files\\Vendor\\tool.exe" --job ${seed}-${n} --level info`,
      ParentImage: 'C:\\Windows\\System32\\services.exe',
      User: `EXAMPLE\\user-${n % 200}`,
    });
  });
  return Buffer.from(lines.join('\n'));
}

async function load(url: string, batches: readonly Buffer[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  let [events, detections, held, peakMb, sent] = [0, 0, 0, 0, 0];
  const startedMs = performance.now();
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, usage().residentMb);
  }, 100);
  const sender = async () => {
    while (performance.now() - startedMs < seconds * 1_000) {
      const beganMs = performance.now();
      const answer = await send(url, batches[sent++ % batches.length] as Buffer, agent);
      if (answer.status === 429) {
        held++;
        await sleep(100);
        continue;
      }
      if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
      latencies.push(performance.now() - beganMs);
      events += answer.accepted;
      detections += answer.detections;
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  const elapsedMs = performance.now() - startedMs;
  clearInterval(watch);
  agent.destroy();
  return { events, detections, latencies, elapsedMs, peakMb, held };
}

function send(url: string, body: Buffer, agent?: Agent) {
  return new Promise<{ status: number; accepted: number; detections: number }>((resolve, reject) => {
    const sent = request(`${url}/v1/events`, { method: 'POST', agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, ...JSON.parse(text) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Memory and processor time of the service, as the kernel counts them. */
function usage(): { residentMb: number; cpuMs: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // Ticks of a hundredth of a second: user and system time.
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { residentMb: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024), cpuMs: ticks * 10 };
}

async function stored(): Promise<number> {
  let count = 0;
  for (let beforeSeq: number | undefined; ; ) {
    const page = await store.threats.list(
      {},
      { limit: 1_000, ...(beforeSeq === undefined ? {} : { beforeSeq }) },
    );
    count += page.threats.length;
    if (page.nextSeq === undefined) return count;
    beforeSeq = page.nextSeq;
  }
}

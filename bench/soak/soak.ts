// npm run soak [-- --minutes N] [--load PERCENT] [--snapshots] [--plant NAME]
// Mixed load on everything that may leak: 60 minutes, or 2 for a look. Ends with 1 where memory, descriptors
// or handles grow, or the latency drifts.
import { spawnSync } from 'node:child_process';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loads } from './loads/index.ts';
import { type PlantName, plant, plantNames } from './plant.ts';
import { held, timesOf } from './sample.ts';
import { grown, snapshot } from './snapshots.ts';
import { judgeSoak, type Sample, warmUp } from './verdict.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    load: { type: 'string', default: '100' },
    plant: { type: 'string' },
    snapshots: { type: 'boolean', default: false },
  },
});
const minutes = Number(options.minutes);
if (!(minutes >= 0.1 && minutes <= 24 * 60)) fail('--minutes takes 0.1 to 1440');
const load = Number(options.load);
if (!(load >= 5 && load <= 100)) fail('--load takes 5 to 100, percent of the time');
if (options.plant !== undefined && !plantNames.includes(options.plant as PlantName)) {
  fail(`--plant takes ${plantNames.join(', ')}`);
}
if (!globalThis.gc) {
  // Memory is measured after a full collection, and with a heap that V8 keeps tight: left to itself it takes more room
  // the faster garbage is made and keeps it, by 60 MB in two minutes here, which hides what leaks beside it.
  const flags = ['--expose-gc', '--max-semi-space-size=4', '--optimize-for-size', '--no-warnings'];
  const { status } = spawnSync(process.execPath, [...flags, ...process.argv.slice(1)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

const all = options.plant === undefined ? loads : [...loads, plant(options.plant as PlantName)];
const running = await Promise.all(all.map(async (load) => ({ name: load.name, ...(await load.start()) })));
console.log(`${minutes} minutes of ${running.map((r) => r.name).join(', ')}`);

const startMs = performance.now();
const endMs = startMs + minutes * 60_000;
const everyMs = Math.max(250, (minutes * 60_000) / 120);
const samples: Sample[] = [];
let spans: number[] = [];
let cpuSpans: number[] = [];
let nextMs = startMs + everyMs;
let busyMs = 0;
let early: string | undefined;
for (let i = 0; performance.now() < endMs; i++) {
  const from = performance.now();
  const cpuFrom = cpuMs();
  for (const { step } of running) {
    const result = step(i);
    if (result instanceof Promise) await result;
  }
  const now = performance.now();
  spans.push(now - from);
  busyMs += now - from;
  cpuSpans.push(cpuMs() - cpuFrom);
  // Timers and finalisers have their turn as in a service.
  if (i % 32 === 0) {
    const restMs = (busyMs * (100 - load)) / load;
    await (restMs >= 1 ? delay(restMs) : turn());
    busyMs = 0;
  }
  if (now < nextMs) continue;
  nextMs = performance.now() + everyMs;
  const times = timesOf(spans, cpuSpans);
  // Before memory is looked at, so that these lists do not count.
  spans = [];
  cpuSpans = [];
  samples.push({ ...times, ...(await held()), minute: (performance.now() - startMs) / 60_000 });
  if (options.snapshots && !early && now - startMs > warmUp * minutes * 60_000) early = snapshot('early');
  if (samples.length % 12 === 0) tell(samples.at(-1) as Sample);
}
const late = early && snapshot('late');
for (const { stop } of running) await stop?.();

const findings = judgeSoak(samples);
console.log('\n             first third    last third     a minute       p');
for (const { what, first, last, perMinute, p, unit, failed } of findings) {
  const cell = (value: number) => `${value.toFixed(2)} ${unit}`.trim().padStart(14);
  console.log(
    `${what.padEnd(10)}${cell(first)}${cell(last)}${cell(perMinute)}   ${p.toFixed(4)}${failed ? '   LEAK' : ''}`,
  );
}
if (early && late) {
  console.log('\ngrown since the warm-up, by kind of object:');
  for (const { name, bytes, count } of grown(early, late).slice(0, 12)) {
    console.log(`${(bytes / 1e3).toFixed(0).padStart(9)} kB  ${String(count).padStart(7)} × ${name}`);
  }
}
const failed = findings.filter((finding) => finding.failed);
console.log(failed.length === 0 ? 'steady' : `grows: ${failed.map((f) => f.what).join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

/** Processor time of this thread. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function tell({ minute, heap, external, rss, fds, handles, p99Ms, rounds }: Sample): void {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  console.log(
    `${minute.toFixed(1)} min: heap ${mb(heap)} MB, external ${mb(external)} MB, rss ${mb(rss)} MB, fds ${fds}, handles ${handles}, p99 ${p99Ms.toFixed(2)} ms, ${Math.round((rounds * 1000) / everyMs)} rounds/s`,
  );
}

function fail(message: string): never {
  console.error(`soak: ${message}`);
  process.exit(2);
}

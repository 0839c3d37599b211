// The main job, end to end: scans the samples with the starter rules, then times both back ends on them.
import { readdirSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { backend, nativeAvailable } from '../src/backend/select.ts';
import { registerScan } from '../src/cli/verbs/scan.ts';
import { ThreatDetector } from '../src/detect/index.ts';
import { detectFormat, textToNdjson } from '../src/event/index.ts';

const samples = new URL('../samples/', import.meta.url);
const rules = new URL('../rules', import.meta.url).pathname;

const program = new Command().exitOverride();
registerScan(program);
await program.parseAsync(['scan', samples.pathname, '--rules', rules, '--fail-on', 'never'], {
  from: 'user',
});

const { name, target, cpuFeatures, reason } = backend();
const what = target ? `${target}, ${cpuFeatures.join(' ')}` : reason;
console.log(`\nBack end in use: ${name} (${what})`);
const batches = readdirSync(samples).map((file) => toNdjson(readFileSync(new URL(file, samples))));
for (const each of nativeAvailable() ? (['native', 'portable'] as const) : (['portable'] as const)) {
  using detector = await ThreatDetector.create({ rules, backend: each });
  console.log(`${each.padEnd(8)} ${Math.round(eventsPerSecond(detector)).toLocaleString('en')} events/s`);
}

function toNdjson(bytes: Buffer): Buffer {
  const text = bytes.toString('utf8');
  const format = detectFormat(text.split('\n', 50)) ?? 'ndjson';
  return format === 'ndjson' ? bytes : textToNdjson(text, format, new Date()).ndjson;
}

/** Half a second of the samples over and over, after a round to warm up. */
function eventsPerSecond(detector: ThreatDetector): number {
  const round = () => batches.reduce((sum, batch) => sum + detector.detectBatch(batch).events, 0);
  round();
  const start = performance.now();
  let events = 0;
  while (performance.now() - start < 500) events += round();
  return (events / (performance.now() - start)) * 1000;
}

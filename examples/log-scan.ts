// Reads log files with the starter rules and tells what happened, worst first.
//   node examples/log-scan.ts samples/windows.ndjson
import { readFileSync } from 'node:fs';
import { ThreatDetector } from 'wolfsec';

const files = process.argv.slice(2);
if (files.length === 0) throw new Error('usage: node examples/log-scan.ts FILE.ndjson...');

using detector = await ThreatDetector.create({ rules: 'rules' });
const order = ['critical', 'high', 'medium', 'low', 'informational'];
let events = 0;
const found: { level: string; title: string; place: string }[] = [];
for (const file of files) {
  const batch = await detector.processBatch(readFileSync(file));
  events += batch.events;
  for (const { level, title, event } of batch.detections) {
    found.push({ level, title, place: `${file}:${event.index + 1}` });
  }
}
found.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
for (const { level, title, place } of found) console.log(`${level.padEnd(13)} ${place.padEnd(28)} ${title}`);
console.log(`${found.length} detections in ${events} events`);

// npm run bench:losses [-- --write]: the calls at which native code lost in the last run of each area.
// --write puts the table into docs/performance.md.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AreaRecord, readRecord } from './harness/record.ts';
import { writeTable } from './report/document.ts';
import { losses, lossTable } from './report/losses.ts';

const folder = join(import.meta.dirname, 'results');
const latest = new Map<string, AreaRecord>();
for (const file of existsSync(folder) ? readdirSync(folder).sort() : []) {
  if (!file.endsWith('.json')) continue;
  const record = readRecord(join(folder, file));
  latest.set(record.area, record);
}
if (latest.size === 0) {
  console.error('bench:losses: there are no runs yet; npm run bench makes some');
  process.exit(1);
}
const table = lossTable(losses([...latest.values()].sort((a, b) => a.area.localeCompare(b.area))));
console.log(table);
if (process.argv.includes('--write')) writeTable('docs/performance.md', 'losses', table);

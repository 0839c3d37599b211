// npm run bench:losses [-- --write]: the calls at which native code lost when they were last run.
// --write puts the table into docs/performance.md.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from './harness/record.ts';
import { writeTable } from './report/document.ts';
import { losses, lossTable } from './report/losses.ts';

const folder = join(import.meta.dirname, 'results');
// Names begin with the time.
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
if (files.length === 0) {
  console.error('bench:losses: there are no runs yet; npm run bench makes some');
  process.exit(1);
}
const table = lossTable(losses(files.sort().map((file) => readRecord(join(folder, file)))));
console.log(table);
if (process.argv.includes('--write')) writeTable('docs/performance.md', 'losses', table);

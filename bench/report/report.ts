// npm run bench:report: every run kept in bench/results and bench/baselines as charts over time, in one HTML file.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { type AreaRecord, readRecord } from '../harness/record.ts';
import { histories } from './history.ts';
import { page } from './page.ts';

const bench = resolve(import.meta.dirname, '..');
const files = ['results', 'baselines']
  .map((folder) => join(bench, folder))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json') && !file.startsWith('profiles'))
      .map((file) => join(folder, file)),
  );
const records: AreaRecord[] = [];
for (const file of files) {
  try {
    records.push(readRecord(file));
  } catch (error) {
    console.error(`left out: ${relative(process.cwd(), file)}: ${(error as Error).message}`);
  }
}
if (records.length === 0) {
  console.error('bench:report: there are no runs yet; npm run bench makes some');
  process.exit(1);
}

// A run that was also saved as a baseline is one run.
const once = new Map(records.map((record) => [`${record.area} ${record.environment.takenAt}`, record]));
const { groups, runs } = histories([...once.values()]);
const out = join(bench, 'results', 'report.html');
writeFileSync(
  out,
  page({ ...chart(), groups, runs, madeAt: new Date().toISOString().slice(0, 16).replace('T', ' ') }),
);
console.log(`${runs.length} runs, ${groups.length} groups: ${relative(process.cwd(), out)}`);

/** uPlot, to be put into the page itself. */
function chart(): { chartScript: string; chartStyle: string } {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
    return {
      chartScript: readFileSync(join(folder, 'dist/uPlot.iife.min.js'), 'utf8'),
      chartStyle: readFileSync(join(folder, 'dist/uPlot.min.css'), 'utf8'),
    };
  } catch {
    console.error('bench:report: uPlot is not installed (npm ci --prefix bench)');
    process.exit(1);
  }
}

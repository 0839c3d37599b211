// npm run bench:metrics [-- --write] [--seconds N]: a scrape of 100,000 series and a steady load that is scraped,
// for both back ends, prom-client, OpenTelemetry and, as a control, no metrics at all.
// --write puts the tables into docs/metrics.md. Ends with 1 where a claim does not hold.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nativeAvailable } from '../../src/backend/select.ts';
import { environment } from '../harness/environment.ts';
import { writeTable } from '../report/document.ts';
import type { Job } from './child.ts';
import { type LibraryName, libraries } from './libraries.ts';
import type { LoadFigures, LoadShape } from './load.ts';
import type { SeriesFigures } from './series.ts';

/** What is claimed of ours, for each back end. */
const limits = {
  native: { scrapeMs: 15, holdMs: 2, bytesPerSeries: 160, p99Ms: 1 },
  portable: { scrapeMs: Infinity, holdMs: 15, bytesPerSeries: 160, p99Ms: 1 },
} as const;

const { values: options } = parseArgs({
  options: { write: { type: 'boolean', default: false }, seconds: { type: 'string', default: '8' } },
});
const shape: LoadShape = {
  recordsPerSecond: 50_000,
  counters: 10_000,
  histograms: 1_000,
  scrapeEveryMs: 1000,
  seconds: Number(options.seconds),
};
const names = (Object.keys(libraries) as LibraryName[]).filter(
  (name) => name !== 'native' || nativeAvailable(),
);
if (!nativeAvailable()) console.error('native: left out, it is not built (npm run build:native)');

const missed: string[] = [];
const seriesRows: string[] = [];
const loadRows: string[] = [];
for (const name of names) {
  const series =
    name === 'no metrics'
      ? undefined
      : await run<SeriesFigures>(name, { kind: 'series', series: 100_000, scrapes: 15 });
  const load = await run<LoadFigures>(name, { kind: 'load', shape });
  if (series) {
    const { bytesPerSeries, scrapeMs, holdMs, worstHoldMs } = series;
    seriesRows.push(row(name, ms(scrapeMs), ms(holdMs), ms(worstHoldMs), `${Math.round(bytesPerSeries)} B`));
  }
  if (load) loadRows.push(row(name, ms(load.p50Ms), ms(load.p99Ms), ms(load.p999Ms), ms(load.maxMs)));
  if (name === 'native' || name === 'portable') hold(name, { ...series, ...load });
}
const { cpu, cores, node, loadAverage } = environment();
const table = [
  '| 100,000 counter series | Scrape | Longest hold of the loop | Worst scrape | Memory a series |',
  '|---|--:|--:|--:|--:|',
  ...seriesRows,
  '',
  `| ${shape.recordsPerSecond.toLocaleString('en-US')} records/s | p50 | p99 | p99.9 | Worst |`,
  '|---|--:|--:|--:|--:|',
  ...loadRows,
  '',
  `Measured by \`npm run bench:metrics\` on ${cpu} × ${cores}, Node ${node}, at a load average of ${loadAverage}.`,
].join('\n');
console.log(table);
for (const line of missed) console.error(`missed: ${line}`);
if (options.write) writeTable('docs/metrics.md', 'metrics', table);
process.exitCode = missed.length > 0 ? 1 : 0;

function hold(name: 'native' | 'portable', figures: Partial<SeriesFigures & LoadFigures>): void {
  for (const [figure, limit] of Object.entries(limits[name])) {
    const value = figures[figure as keyof typeof figures];
    if (value === undefined || !(value < limit))
      missed.push(`${name}: ${figure} is ${value}, claimed below ${limit}`);
  }
}

function run<F>(name: LibraryName, job: Job): Promise<F | undefined> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [JSON.stringify([name, job])], {
    env: { ...process.env, WOLFSEC_BACKEND: name === 'native' ? 'native' : 'portable' },
    execArgv: ['--expose-gc', '--no-warnings'],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  return new Promise((done, fail) => {
    child.on('message', (figures: F | null) => done(figures ?? undefined));
    child.on('error', fail);
    child.on('exit', (code) => fail(new Error(`the run of ${name} ended with ${code}`)));
  });
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toPrecision(2) : Math.round(value)} ms`;
}

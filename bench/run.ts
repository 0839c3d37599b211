// npm run bench: the areas, measured side by side.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { compareArea, measureLaunches, verdictLines } from './harness/compare.ts';
import { describeEnvironment, differences, environment } from './harness/environment.ts';
import { fullEffort, quickEffort } from './harness/measure.ts';
import {
  type AreaRecord,
  baselinePath,
  merge,
  readRecord,
  resultPath,
  writeRecord,
} from './harness/record.ts';
import { groupTable } from './harness/table.ts';

const usage = `npm run bench [area…] -- [options]

  --quick               about ten times as fast, and rougher
  --only TEXT           groups whose name contains the text; may be repeated
  --launches N          each area in so many fresh processes (1; 3 with a baseline)
  --json                records on standard output, tables on standard error
  --save-baseline NAME  keeps the figures in bench/baselines/NAME
  --baseline NAME       compares; ends with 1 on a slowdown of more than 10 % that is real`;

const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => basename(file, '.bench.ts'))
  .sort();
const { options, positionals } = readArguments();
if (options.help) {
  console.log(`${usage}\n\nAreas: ${known.join(', ')}`);
  process.exit(0);
}
const unknown = positionals.filter((area) => !known.includes(area));
if (unknown.length > 0) fail(`no such area: ${unknown.join(', ')}; there are ${known.join(', ')}`);
if (options['save-baseline'] !== undefined && options.baseline !== undefined) {
  fail('--save-baseline and --baseline exclude each other');
}
const name = options['save-baseline'] ?? options.baseline;
if (name !== undefined && !/^[\w.-]+$/.test(name))
  fail('a baseline name has letters, digits, ".", "_" and "-" only');
const compares = name !== undefined;
const launches = Number(options.launches ?? (compares ? 3 : 1));
if (!Number.isInteger(launches) || launches < 1 || launches > 50) fail('--launches takes 1 to 50');

const say = (text: string) => (options.json ? console.error(text) : console.log(text));
const effort = options.quick ? quickEffort : fullEffort;
const facts = environment();
say(describeEnvironment(facts));
if (facts.loadAverage > facts.cores / 2)
  say('the machine is busy: trust ratios within a group, not absolute times');

const records: AreaRecord[] = [];
for (const area of positionals.length > 0 ? positionals : known) {
  say(`\n== ${area}`);
  records.push(await measureArea(area));
}
if (options.json) console.log(JSON.stringify(records));

async function measureArea(area: string): Promise<AreaRecord> {
  const file = join(import.meta.dirname, `${area}.bench.ts`);
  const notes: string[] = [];
  const taken = await measureLaunches(file, { effort, launches, only: options.only, compares }, (message) => {
    if (message.kind === 'note') notes.push(message.text);
    else if (launches === 1) say(groupTable(message.run));
  });
  if (launches > 1) for (const group of merge(taken)) say(groupTable(group));
  for (const note of new Set(notes)) say(`  note: ${note}`);
  const record: AreaRecord = { version: 1, area, environment: environment(), launches: taken };
  writeRecord(resultPath(record), record);
  if (options['save-baseline']) {
    const path = baselinePath(options['save-baseline'], area);
    writeRecord(path, record);
    say(`saved ${relative(process.cwd(), path)}`);
  }
  if (options.baseline) await compareWith(options.baseline, file, record);
  return record;
}

async function compareWith(baseline: string, file: string, record: AreaRecord): Promise<void> {
  const path = baselinePath(baseline, record.area);
  if (!existsSync(path)) fail(`there is no ${path}; make it with --save-baseline ${baseline}`);
  const then = readRecord(path);
  const differ = differences(then.environment, record.environment);
  if (differ.length > 0)
    fail(`baseline ${baseline} was taken elsewhere (${differ.join('; ')}); save one here`);
  const verdicts = await compareArea(file, effort, then.launches, record.launches, say);
  const lines = verdictLines(verdicts);
  say(`against ${baseline}: ${verdicts.length} cases, ${lines.length} changed by more than 5 %`);
  for (const line of lines) say(line);
  if (verdicts.some((v) => v.slower)) process.exitCode = 1;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        launches: { type: 'string' },
        json: { type: 'boolean', default: false },
        'save-baseline': { type: 'string' },
        baseline: { type: 'string' },
      },
    });
    return { options: values, positionals };
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`);
  }
}

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(2);
}

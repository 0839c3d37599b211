// npm run bench:instructions [-- --save]: instructions of the core's hot paths, counted by callgrind.
// The counts do not depend on load or clock, so a change of 2 % is a change of the code.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { available } from '../scripts/profile/target.ts';
import { buildWorkload, workloads } from '../scripts/profile/workload.ts';
import { type Counts, compareCounts } from './harness/counts.ts';
import { writeWorkloadFiles } from './workload-program.ts';

const committed = resolve(import.meta.dirname, 'instructions.json');
const { values: options } = parseArgs({ options: { save: { type: 'boolean', default: false } } });

for (const needed of ['valgrind', 'cargo']) {
  if (!available(needed)) {
    console.log(`instruction counts left out: no ${needed} on PATH`);
    process.exit(0);
  }
}
writeWorkloadFiles();
const program = buildWorkload();
const scratch = mkdtempSync(join(tmpdir(), 'wolfsec-'));
const rustc = spawnSync('rustc', ['--version'], { encoding: 'utf8' }).stdout.trim();
const now: Counts = { rustc, counts: await countAll(workloads()) };
rmSync(scratch, { recursive: true });

if (options.save) {
  writeFileSync(committed, `${JSON.stringify(now, null, 2)}\n`);
  for (const [name, instructions] of Object.entries(now.counts)) console.log(`${name}: ${instructions}`);
} else {
  const { lines, failed } = compareCounts(JSON.parse(readFileSync(committed, 'utf8')) as Counts, now);
  for (const line of lines) console.log(line);
  if (failed) console.log('meant? then: npm run bench:instructions -- --save');
  process.exitCode = failed ? 1 : 0;
}

/** One for each core at a time: counts do not depend on what runs beside them. */
async function countAll(names: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  const left = [...names];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) counts[name] = await count(name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return counts;
}

/** Instructions of one call, without set-up: callgrind collects inside `measured` only. */
async function count(name: string): Promise<number> {
  const out = join(scratch, name);
  const flags = ['--tool=callgrind', '--toggle-collect=*measured*', `--callgrind-out-file=${out}`];
  try {
    await promisify(execFile)('valgrind', [...flags, program, name], { maxBuffer: 64 << 20 });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${name} under callgrind: ${stderr?.trim().split('\n').at(-1) || message}`);
  }
  const total = /^summary: (\d+)/m.exec(readFileSync(out, 'utf8'));
  if (!total) throw new Error(`${name} under callgrind: no summary in ${out}`);
  return Number(total[1]);
}

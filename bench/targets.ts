// npm run bench:targets [-- --write] [--seconds N]: the performance targets under both back ends.
// --write puts the table into README.md. Ends with 1 where a target is missed.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nativeAvailable } from '../src/backend/select.ts';
import { type Figures, met, type TargetName } from '../src/cli/targets/index.ts';
import { environment } from './harness/environment.ts';
import { writeTable } from './report/document.ts';
import { targetTable } from './targets/table.ts';

const { values: options } = parseArgs({
  options: { write: { type: 'boolean', default: false }, seconds: { type: 'string', default: '3' } },
});
const budgetMs = Number(options.seconds) * 1000;
const { cpu, cores, os, node, loadAverage } = environment();

const failures: string[] = [];
const native = nativeAvailable() ? await measure('native') : undefined;
if (!native) console.error('native: left out, it is not built (npm run build:native)');
const portable = await measure('portable');
const table = targetTable(
  native,
  portable,
  `${cpu} × ${cores}, ${os.split(' ', 2).join(' ')}, Node ${node}, at a load average of ${loadAverage}`,
);
console.log(table);
for (const failure of failures) console.error(`failed: ${failure}`);

if (options.write) writeTable('README.md', 'targets', table);
const missed = [native, portable].some((figures) =>
  Object.entries(figures ?? {}).some(([name, value]) => !met(name as TargetName, value)),
);
process.exitCode = missed || failures.length > 0 ? 1 : 0;

function measure(name: 'native' | 'portable'): Promise<Figures> {
  const child = fork(fileURLToPath(new URL('./targets/child.ts', import.meta.url)), [String(budgetMs)], {
    env: { ...process.env, WOLFSEC_BACKEND: name },
    execArgv: ['--expose-gc', '--no-warnings'],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  return new Promise((done, fail) => {
    child.on('message', (message: { figures: Figures; failures: string[] }) => {
      failures.push(...message.failures.map((failure) => `${name}: ${failure}`));
      done(message.figures);
    });
    child.on('error', fail);
    child.on('exit', (code) => fail(new Error(`the ${name} run ended with ${code}`)));
  });
}

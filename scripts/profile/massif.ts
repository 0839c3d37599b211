// npm run profile:massif -- [workload] [--dhat] [--times N]: heap of the Rust core under valgrind.
// massif draws the heap over time; --dhat tells who allocates, how much, for how long.
import { parseArgs } from 'node:util';
import { available, profilePath, run, shown } from './target.ts';
import { buildWorkload, workloads } from './workload.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { dhat: { type: 'boolean', default: false }, times: { type: 'string', default: '1000' } },
});
if (!available('valgrind')) {
  console.error('profile:massif needs valgrind (apt-get install valgrind)');
  process.exit(2);
}
const program = buildWorkload();
const [name] = positionals;
if (name === undefined || !workloads().includes(name)) {
  console.error(
    `usage: npm run profile:massif -- <workload> [--dhat] [--times N]; workloads: ${workloads().join(', ')}`,
  );
  process.exit(2);
}
if (options.dhat) {
  const out = profilePath(`${name}.dhat.json`);
  run('valgrind', ['--tool=dhat', `--dhat-out-file=${out}`, program, name, options.times]);
  console.log(`open ${shown(out)} with valgrind's dh_view.html (in its libexec folder)`);
} else {
  const out = profilePath(`${name}.massif`);
  run('valgrind', [
    '--tool=massif',
    '--stacks=yes',
    `--massif-out-file=${out}`,
    program,
    name,
    options.times,
  ]);
  run('ms_print', ['--threshold=5', out]);
}

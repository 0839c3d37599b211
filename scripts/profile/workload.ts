import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { withCFlags } from '../c-flags.ts';

const native = resolve(import.meta.dirname, '../../native');
const program = join(native, 'target/profiling/examples/workload');

/** Builds the core's workloads with release optimisation and symbols; ends the process where that fails. */
export function buildWorkload(): string {
  const args = [
    'build',
    '-q',
    '--locked',
    '-p',
    'wolfsec-core',
    '--profile',
    'profiling',
    '--example',
    'workload',
  ];
  const { status, error } = spawnSync('cargo', args, {
    cwd: native,
    stdio: 'inherit',
    env: withCFlags(process.env),
  });
  if (status !== 0) {
    console.error(`the workloads could not be built${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
  return program;
}

/** Names of the hot paths, as native/core/examples/workload lists them. */
export function workloads(): string[] {
  const { stdout } = spawnSync(program, { encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ', 1)[0] as string);
}

// Runs the smoke suite over `dist` in other runtimes, on both back ends: Node 22 and 26, Bun, Deno.
// node scripts/release/check-runtimes.ts
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { nativeAvailable } from '../../src/backend/select.ts';
import { root } from './pack.ts';
import { run } from './run.ts';

const folder = join(root, 'test/smoke/runtimes');
const runtimes: readonly (readonly [string, readonly string[]])[] = [
  ['node-22/bin/node', []],
  ['node-26/bin/node', []],
  ['@oven/bun-linux-x64/bin/bun', []],
  ['@deno/linux-x64-glibc/deno', ['run', '--allow-all', '--no-prompt']],
];

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('runtimes: skipped, the packages that hold them are for linux x64');
} else {
  if (!existsSync(join(root, 'dist/index.js'))) run('npm', ['run', 'build:ts'], root);
  run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], folder);
  const backends = nativeAvailable() ? ['native', 'portable'] : ['portable'];
  if (backends.length === 1) console.log('runtimes: no native build here, so the portable back end alone');
  for (const [path, options] of runtimes) {
    const program = join(folder, 'node_modules', path);
    // Install scripts would have set the mode.
    chmodSync(program, 0o755);
    for (const backend of backends) {
      const told = run(program, [...options, 'test/smoke/smoke.mjs', 'dist', backend], root);
      console.log(told.split('\n', 1)[0]);
    }
  }
}

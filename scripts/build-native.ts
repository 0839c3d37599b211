// Builds the native addon into native/dist; without cargo it says so in one line and goes on.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const profile = process.env.WOLFSEC_NATIVE_PROFILE ?? 'release';

if (process.env.WOLFSEC_SKIP_NATIVE === '1') {
  console.log('wolfsec: native build skipped (WOLFSEC_SKIP_NATIVE=1); the portable back end serves');
} else if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).error) {
  console.log('wolfsec: native build skipped (no cargo on PATH); the portable back end serves');
} else {
  const built = spawnSync(
    'napi',
    [
      'build',
      '--manifest-path',
      'native/node/Cargo.toml',
      '--output-dir',
      'native/dist',
      '--platform',
      '--profile',
      profile,
      '--no-js',
      '--dts',
      'addon.d.ts',
      '--',
      '--locked',
    ],
    { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
  );
  process.exitCode = built.status ?? 1;
}

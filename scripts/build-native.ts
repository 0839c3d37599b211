// Builds the native addon into native/dist; without cargo it says so in one line and goes on.
// node scripts/build-native.ts [--prebuilt] [--target TRIPLE[.GLIBC]] [--cross]
//   --prebuilt  for publishing: no path of this machine in the binary, and a failure where cargo is missing
//   --cross     through cargo-zigbuild; TRIPLE may then end in the oldest glibc that is to serve
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withCFlags } from './c-flags.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    prebuilt: { type: 'boolean', default: false },
    target: { type: 'string' },
    cross: { type: 'boolean', default: false },
  },
});
const profile = process.env.WOLFSEC_NATIVE_PROFILE ?? 'release';
const noCargo = spawnSync('cargo', ['--version'], { stdio: 'ignore' }).error;

if (!values.prebuilt && process.env.WOLFSEC_SKIP_NATIVE === '1') {
  console.log('wolfsec: native build skipped (WOLFSEC_SKIP_NATIVE=1); the portable back end serves');
} else if (!values.prebuilt && noCargo) {
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
      ...(values.target ? ['--target', values.target] : []),
      ...(values.cross ? ['--cross-compile'] : []),
      '--',
      '--locked',
    ],
    {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: environment(),
    },
  );
  process.exitCode = built.status ?? 1;
}

function environment(): NodeJS.ProcessEnv {
  const own = !values.cross && (values.target === undefined || values.target.startsWith('x86_64'));
  const env = own ? withCFlags(process.env) : process.env;
  return values.prebuilt ? withoutPaths(env) : env;
}

/** Two checkouts in two places give the same bytes. */
function withoutPaths(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { RUSTFLAGS = '', CFLAGS = '' } = env;
  const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const places = [
    [resolve(root), 'wolfsec'],
    [cargo, 'cargo'],
  ] as const;
  const rust = places.map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  // The C compilers of Windows know no such flag, and write paths into debug information alone.
  const c = process.platform === 'win32' ? [] : places.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`);
  return {
    ...env,
    RUSTFLAGS: [RUSTFLAGS, ...rust].join(' ').trim(),
    CFLAGS: [CFLAGS, ...c].join(' ').trim(),
    SOURCE_DATE_EPOCH: '0',
  };
}

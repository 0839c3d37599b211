// npm run profile:cpu -- <target>: a flame graph across JavaScript and Rust, as one HTML file.
// With perf it shows native frames by name; without it (or with WOLFSEC_PROFILER=v8) JavaScript alone.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { platformName } from '../../src/backend/native/load.ts';
import { flameGraph } from './flame.ts';
import { type Frame, heaviest, readCpuProfile, readPerfScript } from './stacks.ts';
import { available, profilePath, readTarget, run, shown, type Target } from './target.ts';

const target = readTarget('profile:cpu');
const withPerf = process.env.WOLFSEC_PROFILER !== 'v8' && available('perf');
const [root, unit] = withPerf ? [recordPerf(target), 'samples'] : [recordV8(target), 'µs'];
const page = profilePath(`${target.name}-cpu.html`);
writeFileSync(page, flameGraph(`${target.name}: CPU`, unit, root));
console.log(`\n${root.value.toLocaleString('en-US')} ${unit}; most in:`);
for (const { name, self } of heaviest(root, 15)) {
  console.log(`${((100 * self) / root.value).toFixed(1).padStart(6)} %  ${name}`);
}
console.log(`\nflame graph: ${shown(page)}`);

function recordPerf({ name, arguments: args }: Target): Frame {
  needSymbols();
  const data = profilePath(`${name}.perf`);
  const maps = dirname(data);
  // cpu-clock works in virtual machines too, where the hardware counters are hidden.
  const perf = ['record', '-q', '-e', 'cpu-clock', '-F', '999', '-g', '-o', data, '--'];
  const node = ['--perf-basic-prof', '--perf-basic-prof-only-functions', '--interpreted-frames-native-stack'];
  run('perf', [...perf, process.execPath, ...node, ...args]);
  const { stdout } = spawnSync('perf', ['script', '-i', data, '-F', 'comm,tid,ip,sym,dso'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    cwd: maps,
  });
  return readPerfScript(stdout);
}

/** The addon with symbols and frame pointers, which the release build leaves out. */
function needSymbols(): void {
  const addon = join(import.meta.dirname, '../../native/dist', `wolfsec.${platformName()}.node`);
  try {
    if (readFileSync(addon).includes('\0.symtab\0')) return;
  } catch {
    // Not built yet: built below.
  }
  console.error('building the addon with symbols ("npm run build:native" makes the release build again)');
  run(process.execPath, [join(import.meta.dirname, '../build-native.ts')], {
    WOLFSEC_NATIVE_PROFILE: 'profiling',
    RUSTFLAGS: `${process.env.RUSTFLAGS ?? ''} -C force-frame-pointers=yes`.trim(),
  });
}

function recordV8({ name, arguments: args }: Target): Frame {
  const folder = dirname(profilePath('x'));
  const file = `${name}.cpuprofile`;
  for (const old of readdirSync(folder)) if (basename(old) === file) rmSync(join(folder, old));
  run(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`, ...args]);
  console.log(`profile for DevTools: ${shown(join(folder, file))}`);
  return readCpuProfile(readFileSync(join(folder, file), 'utf8'));
}

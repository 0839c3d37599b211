import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { backend } from '../../backend/select.ts';
import { readConfig, shown } from '../../server/config.ts';
import { type Figures, measureTargets, met, type TargetName, targets } from '../targets/index.ts';

interface DoctorOptions {
  readonly targets: boolean;
  readonly seconds: string;
  readonly json: boolean;
  readonly config?: string;
}

/** `wolfsec doctor`: what runs here, and with `--targets` whether it is as fast as promised. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('tell which back end runs here and why, and the settings; with --targets, measure it')
    .option('--targets', 'measure the performance targets on this machine, in short form', false)
    .option('--seconds <n>', 'time for each part that is measured', '0.5')
    .option('-c, --config <file>', 'settings of serve and worker, to be checked and shown')
    .option('--json', 'print JSON', false)
    .action(async (options: DoctorOptions) => {
      const facts = diagnosis();
      const { config: file } = options;
      const settings = shown(readConfig({ ...(file === undefined ? {} : { file }), env: process.env }));
      const failures: string[] = [];
      let figures: Figures | undefined;
      if (options.targets) {
        const seconds = Number(options.seconds);
        if (!(seconds > 0 && seconds <= 60)) program.error('--seconds takes a number above 0, up to 60');
        figures = await measureTargets(seconds * 1000, (probe, error) =>
          failures.push(`${probe}: ${error instanceof Error ? error.message : String(error)}`),
        );
      }
      if (options.json)
        console.log(JSON.stringify({ ...facts, settings, targets: figures, failures }, null, 2));
      else print(facts, settings, figures, failures);
      const missed = Object.entries(figures ?? {}).some(([name, value]) => !met(name as TargetName, value));
      if (missed || failures.length > 0) process.exitCode = 1;
    });
}

function diagnosis(): Record<string, string> {
  const { name, version, target, cpuFeatures, reason } = backend();
  return {
    wolfsec: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}, ${availableParallelism()} cores`,
    'back end': target ? `${name} (${target})` : name,
    ...(cpuFeatures.length > 0 ? { 'cpu features': cpuFeatures.join(' ') } : {}),
    ...(reason ? { 'why not native': reason } : {}),
  };
}

function print(
  facts: Record<string, string>,
  settings: Record<string, unknown>,
  figures: Figures | undefined,
  failures: readonly string[],
): void {
  for (const [name, value] of Object.entries(facts)) console.log(`${name.padEnd(15)} ${value}`);
  console.log();
  for (const [name, value] of Object.entries(settings)) {
    console.log(`${name.padEnd(18)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  }
  if (!figures) return;
  console.log();
  for (const [name, target] of Object.entries(targets)) {
    const value = figures[name as TargetName];
    const verdict = value === undefined ? '-   ' : met(name as TargetName, value) ? 'ok  ' : 'MISS';
    const shown = value === undefined ? 'not measured here' : `${amount(value)} ${target.unit}`;
    const bound = `${target.better === 'more' ? '>' : '<'} ${target.limit.toLocaleString('en-US')} ${target.unit}`;
    console.log(`${verdict}  ${target.name.padEnd(24)} ${shown.padStart(22)}   target ${bound}`);
  }
  for (const failure of failures) console.log(`failed: ${failure}`);
}

/** Three digits are what such a figure is worth. */
export function amount(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}

import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  builtInPipelines,
  type Logsource,
  type Pipeline,
  parsePipeline,
  type Severity,
  severities,
  ThreatDetector,
} from '../../detect/index.ts';
import { WolfsecError } from '../../errors.ts';
import { type Format, formats } from '../../event/index.ts';
import { starterRules } from '../paths.ts';
import { printable } from '../printable.ts';
import { Progress } from '../progress.ts';
import { findInputs } from '../scan/inputs.ts';
import { detectionRow, Summary } from '../scan/report.ts';
import { type ScanFault, scanInputs } from '../scan/scan.ts';

interface ScanFlags {
  readonly rules?: string[];
  readonly format?: Format;
  readonly output: 'table' | 'json';
  readonly failOn: Severity | 'never';
  readonly minLevel?: Severity;
  readonly logsource?: Logsource;
  readonly pipeline?: string[];
  readonly cache?: string;
}

/** Faults that are listed one by one. */
const maxListedFaults = 20;

export function registerScan(program: Command): void {
  program
    .command('scan')
    .description('find threats in log files by Sigma rules')
    .argument('<files...>', 'files (.gz and .zst too), folders, globs, or - for standard input')
    .option(
      '-r, --rules <paths...>',
      'files, folders or globs of rules (default: the rules that come with Wolfsec)',
    )
    .addOption(
      new Option('-f, --format <format>', 'format of the input (default: detected)').choices(formats),
    )
    .addOption(
      new Option('-o, --output <form>', 'what is printed').choices(['table', 'json']).default('table'),
    )
    .addOption(
      new Option('--fail-on <level>', 'exit with 1 where something at this level or above is found')
        .choices([...severities, 'never'])
        .default('low'),
    )
    .addOption(new Option('--min-level <level>', 'leave out rules below this level').choices(severities))
    .option(
      '--logsource <product,category,service>',
      'which log the events come from (default: recognised)',
      parseLogsource,
    )
    .option(
      '--pipeline <pipelines...>',
      `field pipelines: files, or ${Object.keys(builtInPipelines).join(', ')}`,
    )
    .option('--cache <folder>', 'keep compiled rules there, so that the next start is faster')
    .addHelpText('after', '\nExit codes: 0 nothing found, 1 something found (see --fail-on), 2 an error.')
    .action(async (files: string[], flags: ScanFlags) => {
      process.exitCode = await scan(files, flags);
    });
}

async function scan(files: readonly string[], flags: ScanFlags): Promise<number> {
  const inputs = findInputs(files);
  using detector = await ThreatDetector.create({
    rules: flags.rules ?? [starterRules],
    ...(flags.minLevel ? { minLevel: flags.minLevel } : {}),
    ...(flags.cache ? { cacheFolder: flags.cache } : {}),
    ...(flags.pipeline ? { pipelines: flags.pipeline.map(pipelineNamed) } : {}),
  });
  for (const { file, line, column, code, message } of detector.refused) {
    process.stderr.write(`${printable(`${file}:${line}:${column}: ${code}: ${message}`)}\n`);
  }
  const size = inputs.reduce((sum, input) => sum + (input.size ?? 0), 0);
  const progress = new Progress(size, 'scanning');
  const summary = new Summary();
  const faults: ScanFault[] = [];
  const json = flags.output === 'json';
  const figures = await scanInputs(detector, inputs, {
    ...(flags.format ? { format: flags.format } : {}),
    ...(flags.logsource ? { logsource: flags.logsource } : {}),
    onRead: (bytes) => progress.advance(bytes),
    onFault: (fault) => {
      if (faults.length < maxListedFaults) faults.push(fault);
      if (json) process.stderr.write(`${JSON.stringify(fault)}\n`);
    },
    onDetection: (detection) => {
      summary.add(detection);
      progress.clear();
      process.stdout.write(`${json ? JSON.stringify(detection) : detectionRow(detection)}\n`);
    },
  });
  progress.clear();
  if (!json) process.stdout.write(`\n${summary.lines(figures, faults).join('\n')}\n`);
  const found = flags.failOn !== 'never' && summary.reaches(flags.failOn);
  const nothingRead = figures.events === 0 && figures.faults > 0;
  return nothingRead ? 2 : found ? 1 : 0;
}

function pipelineNamed(name: string): Pipeline {
  const builtIn = Object.hasOwn(builtInPipelines, name) ? builtInPipelines[name] : undefined;
  if (builtIn) return builtIn();
  try {
    return parsePipeline(readFileSync(name, 'utf8'), name);
  } catch (cause) {
    if (cause instanceof WolfsecError) throw cause;
    const message = `the pipeline "${name}" is neither built in nor a file that can be read`;
    throw new WolfsecError('WOLFSEC_INPUT_NOT_FOUND', message, { cause });
  }
}

function parseLogsource(text: string): Logsource {
  const [product, category, service, more] = text.split(',').map((part) => part.trim().toLowerCase());
  if (more !== undefined) throw new InvalidArgumentError('Three parts at most: product,category,service.');
  return {
    ...(product ? { product } : {}),
    ...(category ? { category } : {}),
    ...(service ? { service } : {}),
  };
}

import type { Command } from 'commander';
import { starterRules } from '../paths.ts';
import { printable } from '../printable.ts';
import { checkRules } from '../rules/check.ts';
import { testRules } from '../rules/test.ts';

export function registerRules(program: Command): void {
  const rules = program.command('rules').description('check and test Sigma rules');
  rules
    .command('check')
    .description('load rules and tell what is wrong with them, and what could be better')
    .argument('[paths...]', 'files, folders or globs', [starterRules])
    .action(async (paths: string[]) => {
      process.exitCode = await checkRules(paths.length > 0 ? paths : [starterRules], print);
    });
  rules
    .command('test')
    .description('run rules against the expectations beside them (*.test.yml)')
    .argument('[paths...]', 'files, folders or globs', [starterRules])
    .action(async (paths: string[]) => {
      process.exitCode = await testRules(paths.length > 0 ? paths : [starterRules], print);
    });
}

const print = (line: string) => process.stdout.write(`${printable(line)}\n`);

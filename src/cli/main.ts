#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { WolfsecError } from '../errors.ts';
import { version } from '../version.ts';
import { registerDoctor } from './verbs/doctor.ts';
import { registerReplay } from './verbs/replay.ts';
import { registerRules } from './verbs/rules.ts';
import { registerScan } from './verbs/scan.ts';
import { registerSeal } from './verbs/seal.ts';
import { registerServe } from './verbs/serve.ts';
import { registerUser } from './verbs/user.ts';
import { registerWorker } from './verbs/worker.ts';

const program = new Command('wolfsec')
  .description('a native-accelerated security engine: detection by Sigma rules, from the command line')
  .version(version)
  .exitOverride()
  .showHelpAfterError();

registerScan(program);
registerServe(program);
registerWorker(program);
registerUser(program);
registerReplay(program);
registerRules(program);
registerDoctor(program);
registerSeal(program);

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`wolfsec: standard output: ${error.message}\n`);
  process.exit(2);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof WolfsecError) {
    process.stderr.write(`wolfsec: ${error.code}: ${error.message}\n`);
    process.exitCode = 2;
  } else throw error;
}

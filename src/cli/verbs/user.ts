import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { WolfsecError } from '../../errors.ts';
import { server } from './serve.ts';

interface UserFlags {
  readonly readOnly: boolean;
  readonly reset: boolean;
  readonly remove: boolean;
  readonly config?: string;
  readonly data?: string;
}

/** `wolfsec user`: who may sign in to the page. */
export function registerUser(program: Command): void {
  program
    .command('user')
    .description('make an account for the dashboard; the password is asked for, or read from standard input')
    .argument('<name>', 'login name')
    .option('--read-only', 'may look, but not acknowledge, silence or allow', false)
    .option('--reset', 'set another password and end all sessions of the account', false)
    .option('--remove', 'remove the account and end its sessions', false)
    .option('-c, --config <file>', 'settings as for serve')
    .option('-d, --data <folder>', 'folder of the database (default: wolfsec-data)')
    .action(async (name: string, { readOnly, reset, remove, config: file, data }: UserFlags) => {
      const { openStoreOf, readConfig, Users } = await server();
      const config = readConfig({
        ...(file === undefined ? {} : { file }),
        env: process.env,
        flags: { data },
      });
      const store = await openStoreOf(config);
      const users = new Users(store);
      try {
        if (remove) {
          if (!(await users.remove(name))) program.error(`there is no account ${name}`);
          console.log(`removed ${name}`);
          return;
        }
        const password = await askPassword();
        const access = readOnly ? 'readOnly' : 'full';
        const made = await users[reset ? 'reset' : 'add'](name, password, access);
        if (!made.ok) throw refused(name, made.reason);
        console.log(`${name} can sign in${readOnly ? ', to look' : ''}`);
      } finally {
        await users.settled();
        await store.close();
      }
    });
}

/** From the terminal without showing it, else the first line of standard input. */
async function askPassword(): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write('password (15 characters or more): ');
  const silent = new Writable({ write: (_, __, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY === true });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}

const reasons: Readonly<Record<string, string>> = {
  too_short: 'the password is too short: 15 characters or more',
  too_long: 'the password is too long: 256 characters at most',
  common: 'the password is a common one',
  contextual: 'the password holds the name of the account',
  breached: 'the password is among those that leaked',
  taken: 'there is such an account already; --reset sets another password',
  unknown: 'there is no such account',
};

const refused = (name: string, reason: string) =>
  new WolfsecError(
    'WOLFSEC_INVALID_ARGUMENT',
    `${name}: ${reasons[reason] ?? `the password is refused (${reason})`}`,
  );

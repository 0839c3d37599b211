import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** What to profile, as arguments of `node`, and a name for the files that come of it. */
export interface Target {
  readonly name: string;
  readonly arguments: readonly string[];
}

/**
 * Reads `<bench area> [--only TEXT] [--case NAME] [--seconds N]` or `<file> [arguments…]`.
 * Ends the process with the usage where there is no such target.
 */
export function readTarget(command: string, given: readonly string[] = process.argv.slice(2)): Target {
  const [first, ...rest] = given;
  if (first !== undefined && existsSync(join(root, 'bench', `${first}.bench.ts`))) {
    return { name: first, arguments: [join(root, 'bench/harness/hot-loop.ts'), first, ...rest] };
  }
  if (first !== undefined && /\.[mc]?[jt]s$/.test(first) && existsSync(first)) {
    return { name: basename(first).replace(/\..*$/, ''), arguments: [first, ...rest] };
  }
  console.error(`usage: npm run ${command} -- <bench area> [--only TEXT] [--case NAME] [--seconds N]`);
  console.error(`       npm run ${command} -- <file.ts> [arguments…]`);
  process.exit(2);
}

/** A path under bench/results/profiles, which git ignores. */
export function profilePath(file: string): string {
  const folder = join(root, 'bench/results/profiles');
  mkdirSync(folder, { recursive: true });
  return join(folder, file);
}

/** The path as one would type it. */
export const shown = (path: string): string => relative(process.cwd(), path);

export function available(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Runs a command with the terminal's own output; ends this process where it fails. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) {
    console.error(`${command} ${error ? error.message : `ended with ${status}`}`);
    process.exit(1);
  }
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';

const root = resolve(import.meta.dirname, '../..');

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Starts an example as a reader would, over the sources. */
export function start(name: string, args: readonly string[] = [], env: Record<string, string> = {}): Child {
  const options = ['--no-warnings', '--import', './test/examples/to-source.mjs'];
  return spawn(process.execPath, [...options, `examples/${name}.ts`, ...args], {
    cwd: root,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs an example to its end and gives what it printed. */
export async function output(name: string, ...args: readonly string[]): Promise<string> {
  const child = start(name, args);
  let printed = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${errors}`);
  return printed;
}

/** Runs an example that serves until it is ended; `use` gets its address and a way to what it has printed. */
export async function serving(
  name: string,
  use: (url: string, printed: () => string) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const child = start(name, [], env);
  let printed = '';
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  try {
    const url = await new Promise<string>((found, failed) => {
      child.once('close', (code) => failed(new Error(`${name} ended with ${code}: ${errors}`)));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        const address = /listening on (\S+)\n/.exec(printed)?.[1];
        if (address) found(address);
      });
    });
    await use(url, () => printed);
  } finally {
    child.kill();
  }
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** Runs a verb to its end. */
export const wolfsec = async (...parameters: string[]) =>
  (await promisify(execFile)(process.execPath, [main, ...parameters])).stdout.trim();

/** `wolfsec serve` as a process of its own. */
export class Serving {
  readonly child: ChildProcess;
  readonly said: string[] = [];

  constructor(...parameters: string[]) {
    this.child = spawn(process.execPath, [main, 'serve', '--port', '0', ...parameters], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on('line', (line) =>
      this.said.push(line),
    );
  }

  /** The first line said that fits, now or within 20 seconds. */
  async line(pattern: RegExp): Promise<string> {
    for (let tries = 0; tries < 800; tries++) {
      const found = this.said.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`no line fits ${pattern}; said: ${this.said.join('\n')}`);
  }

  async url(): Promise<string> {
    return /http:\S+/.exec(await this.line(/^listening on/))?.[0] as string;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    return (await ended)[0] as number | null;
  }
}

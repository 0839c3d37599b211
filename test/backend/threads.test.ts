import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { nativeAvailable } from '../../src/backend/select.ts';
import { version } from '../../src/version.ts';
import { startTasks } from './fixtures/tasks.ts';

const fixture = (name: string) => new URL(`./fixtures/${name}.ts`, import.meta.url);
const thread = (name: string, workerData?: string) =>
  new Worker(fixture(name), { workerData, execArgv: [], env: { ...process.env, NODE_NO_WARNINGS: '1' } });

/** Everything that a thread told until it ended. */
async function messagesOf(running: Worker): Promise<unknown[]> {
  const messages: unknown[] = [];
  running.on('message', (message) => messages.push(message));
  await once(running, 'exit');
  return messages;
}

/** What {@link startTasks} gives: four seals, four batches, a PHC string of 97 characters, a scrypt key. */
const expected = [
  ...Array.from({ length: 4 }, () => (4 << 20) + 40),
  ...Array.from({ length: 4 }, () => 5_000),
  97,
  32,
];

test('eight threads work at the same time, each with the addon of its own', async () => {
  const threads = Array.from({ length: 8 }, () => thread('thread', 'finish'));
  const results = await Promise.all(threads.map(messagesOf));
  expect(results).toEqual(threads.map(() => ['started', expected]));
}, 120_000);

test('a thread is ended while its tasks run; the others and the process go on', async () => {
  for (let round = 0; round < 5; round++) {
    const doomed = thread('thread');
    await once(doomed, 'message');
    expect(await doomed.terminate()).toBe(1);
  }
  expect(await Promise.all(await startTasks())).toEqual(expected);
}, 120_000);

const withNative = nativeAvailable();
if (!withNative) console.log('loading and unloading the addon is not tested: there is no native build here');

test.runIf(withNative)(
  'the addon is loaded and unloaded fifty times',
  async () => {
    for (let round = 0; round < 50; round++) {
      // Both may come within one turn of the loop: whoever asks for the exit after the message has missed it then.
      expect(await messagesOf(thread('load-only'))).toEqual([version]);
    }
  },
  120_000,
);

test('work that could not be sent to a thread keeps no process alive', async () => {
  const ended = await new Promise<unknown[]>((resolve) => {
    const args = ['--no-warnings', fileURLToPath(fixture('unsent'))];
    execFile(process.execPath, args, { timeout: 60_000 }, (error, stdout) => resolve([error, stdout]));
  });
  expect(ended).toEqual([null, 'DataCloneError\n']);
}, 120_000);

test('the process exits while tasks run, with the code that it asked for', async () => {
  for (let round = 0; round < 3; round++) {
    const ended = await new Promise<{ code: unknown; signal: unknown; stderr: string }>((resolve) => {
      execFile(
        process.execPath,
        ['--no-warnings', fileURLToPath(fixture('exit-process'))],
        (error, _, stderr) => resolve({ code: error?.code, signal: error?.signal ?? null, stderr }),
      );
    });
    expect(ended).toEqual({ code: 7, signal: null, stderr: '' });
  }
}, 120_000);

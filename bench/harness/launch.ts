import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Effort, type GroupRun, quickEffort } from './measure.ts';

export type Message =
  | { readonly kind: 'group'; readonly run: GroupRun }
  | { readonly kind: 'note'; readonly text: string };

const child = fileURLToPath(new URL('./child.ts', import.meta.url));

/**
 * Measures one bench file in a fresh process and gives what each group measured.
 * `only`: groups whose name contains one of these texts.
 */
export async function launch(
  file: string,
  effort: Effort,
  only: readonly string[] | undefined,
  onMessage: (message: Message) => void = () => {},
): Promise<GroupRun[]> {
  const runs: GroupRun[] = [];
  // The area looks for it in its own arguments where it measures something for a time of its own.
  const quick = effort === quickEffort ? ['--quick'] : [];
  const started = fork(child, [JSON.stringify([file, effort, only]), ...quick], {
    execArgv: ['--expose-gc', '--no-warnings'],
    serialization: 'advanced',
    // Figures go over the channel; what the child prints must not mix with --json on stdout.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  started.on('message', (message: Message) => {
    if (message.kind === 'group') runs.push(message.run);
    onMessage(message);
  });
  const code = await new Promise<number | null>((done, fail) => {
    started.on('error', fail);
    started.on('close', done);
  });
  if (code !== 0) throw new Error(`${file} ended with code ${code}`);
  return runs;
}

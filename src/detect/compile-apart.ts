import { Worker } from 'node:worker_threads';
import type { RuleSetOptions } from '../rule/index.ts';
import { packBundle } from './bundle.ts';
import { type RuleText, sourcesOf } from './rule-text.ts';

/** What a thread compiles. */
export interface CompileRequest {
  readonly text: RuleText;
  readonly options: RuleSetOptions;
}

/** Less text than this is compiled sooner than a thread has started. */
const inlineBytes = 1 << 20;

/**
 * Next to nothing of what is read outlives its rule, yet V8 lets the young generation grow to 96 MB over it. With this many
 * megabytes it takes hardly longer.
 */
const youngGenerationMb = 16;

/**
 * Compiles rules into a packed bundle: many in a thread of their own, which neither holds up the event loop for a second
 * nor leaves a grown heap behind. Where no thread starts, and for pipelines, which are functions, it is done here.
 */
export async function compileApart(text: RuleText, options: RuleSetOptions): Promise<Uint8Array> {
  const apart = text.bytes.length >= inlineBytes && !options.pipelines?.length;
  return (apart ? await inThread({ text, options }) : undefined) ?? packBundle(sourcesOf(text), options);
}

/** `undefined` where the thread gave no answer: whatever stood in its way shows when it is done here. */
function inThread(request: CompileRequest): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    try {
      const script = import.meta.url.endsWith('.ts') ? './compile-worker.ts' : './compile-worker.js';
      const worker = new Worker(new URL(script, import.meta.url), {
        workerData: request,
        execArgv: [],
        resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
      });
      worker.once('message', resolve);
      worker.once('error', () => resolve(undefined));
      worker.once('exit', () => resolve(undefined));
    } catch {
      // Threads are forbidden, as they may be by a permission model.
      resolve(undefined);
    }
  });
}

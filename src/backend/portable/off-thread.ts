import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { WolfsecError } from '../../errors.ts';
import type { WorkerReply, WorkerRequests, WorkerResults } from './thread-work.ts';

/**
 * The threads that the portable back end does its heavy work on, started when first needed. They do not
 * keep the process alive while they idle.
 */
const threadsMax = Math.max(1, Math.min(4, availableParallelism() - 1));
const threads: Thread[] = [];

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

class Thread {
  readonly waiting = new Map<number, Waiting>();
  readonly #worker: Worker;
  #sent = 0;

  constructor() {
    // Sources run as they are in a checkout, and compiled from the package.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./worker-thread.${extension}`, import.meta.url), { execArgv: [] });
    this.#worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread ended')));
    this.#worker.unref();
  }

  send(operation: string, request: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#sent++;
      const copies: ArrayBuffer[] = [];
      // First what may throw, where there is no memory for the copies: nobody waits for what was not sent.
      this.#worker.postMessage({ id, operation, request: ownBytes(request, copies) }, copies);
      this.waiting.set(id, { resolve, reject });
      this.#worker.ref();
    });
  }

  #settle({ id, result, error }: WorkerReply): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.#worker.unref();
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new WolfsecError('WOLFSEC_INTERNAL', error));
  }

  #fail(cause: Error): void {
    const at = threads.indexOf(this);
    if (at >= 0) threads.splice(at, 1);
    for (const { reject } of this.waiting.values()) {
      reject(new WolfsecError('WOLFSEC_INTERNAL', 'a crypto thread failed', { cause }));
    }
    this.waiting.clear();
  }
}

/** Copies the bytes of a request, to be moved to the thread: a view alone would take all of its pool along. */
function ownBytes(request: unknown, copies: ArrayBuffer[]): object {
  const entries = Object.entries(request as object).map(([name, value]) => {
    if (!(value instanceof Uint8Array)) return [name, value];
    const copy = Uint8Array.from(value);
    copies.push(copy.buffer);
    return [name, copy];
  });
  return Object.fromEntries(entries);
}

/** Does one piece of work on the least busy thread. */
export function offThread<O extends keyof WorkerRequests>(
  operation: O,
  request: WorkerRequests[O],
): Promise<WorkerResults[O]> {
  let thread = threads.find((each) => each.waiting.size === 0);
  if (!thread && threads.length < threadsMax) {
    thread = new Thread();
    threads.push(thread);
  }
  thread ??= threads.reduce((least, each) => (each.waiting.size < least.waiting.size ? each : least));
  return thread.send(operation, request) as Promise<WorkerResults[O]>;
}

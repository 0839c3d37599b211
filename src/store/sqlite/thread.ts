import { Worker } from 'node:worker_threads';
import { WolfsecError } from '../../errors.ts';
import { sqliteError } from './failure.ts';
import type { Reply, Request, ThreadOptions } from './protocol.ts';

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: WolfsecError) => void;
  readonly sinceMs: number;
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A worker thread that owns one SQLite connection. Requests of one turn travel in one message. */
export class Thread {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #maxWaiting: number;
  #outgoing: Request[] = [];
  #nextId = 1;
  /** Why nothing more is taken. */
  #ended: WolfsecError | undefined;
  #gone = false;
  #closing: Promise<void> | undefined;
  waitMs = 0;
  served = 0;

  constructor(options: ThreadOptions, maxWaiting: number) {
    this.#path = options.path;
    this.#maxWaiting = maxWaiting;
    const script = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    this.#worker = new Worker(new URL(script, import.meta.url), { workerData: options, execArgv: [] });
    this.#worker.on('message', (replies: Reply[]) => this.#settle(replies));
    this.#worker.on('error', (error) => this.#end(sqliteError(this.#path, error as { message: string })));
    this.#worker.on('exit', () => this.#end(new WolfsecError('WOLFSEC_DISPOSED', `${this.#path} is closed`)));
    this.#worker.unref();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  ask(request: WithoutId<Request>): Promise<Reply> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#waiting.size >= this.#maxWaiting) {
      return Promise.reject(
        new WolfsecError(
          'WOLFSEC_LIMIT_EXCEEDED',
          `${this.#path}: ${this.#maxWaiting} requests wait already; await some before sending more`,
        ),
      );
    }
    return this.#send(request);
  }

  #send(request: WithoutId<Request>): Promise<Reply> {
    const id = this.#nextId++;
    const answer = new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, sinceMs: performance.now() });
    });
    // The thread must not keep the process alive, yet a pending answer must.
    if (this.#waiting.size === 1) this.#worker.ref();
    if (this.#outgoing.push({ ...request, id } as Request) === 1) queueMicrotask(() => this.#post());
    return answer;
  }

  /** Takes nothing more; what was asked before is answered. */
  refuse(): void {
    this.#ended ??= new WolfsecError('WOLFSEC_DISPOSED', `${this.#path} is closed`);
  }

  /** Waits for what was asked before; what is asked from now on is refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#gone) return;
    this.refuse();
    await this.#send({ kind: 'close' });
    await this.#worker.terminate();
  }

  #post(): void {
    const batch = this.#outgoing;
    this.#outgoing = [];
    if (!this.#gone) this.#worker.postMessage(batch);
  }

  #settle(replies: readonly Reply[]): void {
    for (const reply of replies) {
      const waiting = this.#waiting.get(reply.id);
      if (!waiting) continue;
      this.#waiting.delete(reply.id);
      this.served++;
      this.waitMs += performance.now() - waiting.sinceMs;
      if ('failure' in reply) waiting.reject(sqliteError(this.#path, reply.failure));
      else waiting.resolve(reply);
    }
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #end(error: WolfsecError): void {
    this.#ended ??= error;
    this.#gone = true;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left) reject(error);
  }
}

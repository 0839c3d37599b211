import type { Running } from '../broker/index.ts';
import type { Records } from '../store/index.ts';

export interface TaskShareOptions {
  readonly records: Records;
  /** Before the names of collections. */
  readonly prefix: string;
  /** Names this worker; no other has the same. */
  readonly workerId: string;
  /** What is to be done by one worker at a time. */
  readonly tasks: readonly string[];
  /** A worker that is not heard of for so long has its tasks taken over. */
  readonly leaseMs: number;
  /** Begins a task; `onEnd` is told when it ends by itself. */
  readonly start: (task: string, onEnd: (error: unknown) => void) => Promise<Running>;
  /** What others may know of this worker. */
  readonly about?: () => unknown;
  readonly onBeat?: (members: readonly Member[]) => Promise<void> | void;
  readonly onError: (error: unknown) => void;
  readonly now?: () => number;
}

export interface Member {
  readonly workerId: string;
  readonly about: unknown;
}

interface Held {
  readonly version: number;
  readonly running: Running;
}

/**
 * Shares tasks among workers through leases in the shared store: each holds about as many as the others, and those of
 * one that is gone are taken over. Two may hold a task for a moment where a clock or a pause says so; what tasks write
 * must stand that.
 */
export class TaskShare {
  readonly #options: Required<Omit<TaskShareOptions, 'about' | 'onBeat'>> & TaskShareOptions;
  readonly #held = new Map<string, Held>();
  #beating: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: TaskShareOptions) {
    this.#options = { now: Date.now, ...options };
  }

  get held(): readonly string[] {
    return [...this.#held.keys()];
  }

  async start(): Promise<void> {
    await this.beat();
    this.#timer = setInterval(() => void this.beat(), this.#options.leaseMs / 3);
  }

  /** Ends the tasks held here and gives them to the others at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#beating;
    for (const task of this.held) await this.#release(task).catch(this.#options.onError);
    const { records, workerId } = this.#options;
    await records.remove(this.#members, workerId).catch(this.#options.onError);
  }

  /** Begins the tasks held here anew. */
  async restart(fits: (task: string) => boolean): Promise<void> {
    for (const task of this.held.filter(fits)) await this.#release(task);
    await this.beat();
  }

  /** Renews what is held, takes what is free up to a fair share, gives up what is beyond it. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat()
      .catch(this.#options.onError)
      .finally(() => {
        this.#beating = undefined;
      });
    return this.#beating;
  }

  get #members(): string {
    return `${this.#options.prefix}:workers`;
  }

  get #leases(): string {
    return `${this.#options.prefix}:leases`;
  }

  async #beat(): Promise<void> {
    if (this.#stopped) return;
    const { records, workerId, tasks, leaseMs, about, onBeat, now } = this.#options;
    const expiresMs = now() + leaseMs;
    await records.put(this.#members, workerId, about?.() ?? null, { nowMs: now(), expiresMs });
    const members = await records.list(this.#members, { nowMs: now() });
    await onBeat?.(members.map(({ key, value }) => ({ workerId: key, about: value })));
    const share = Math.ceil(tasks.length / Math.max(1, members.length));
    await Promise.all(this.held.map((task) => this.#renew(task)));
    for (const task of this.held.slice(share)) await this.#release(task);
    const free = shuffled(tasks.filter((task) => !this.#held.has(task)));
    for (const task of free) {
      if (this.#held.size >= share || this.#stopped) return;
      await this.#acquire(task);
    }
  }

  async #acquire(task: string): Promise<void> {
    const { records, workerId, leaseMs, start, onError, now } = this.#options;
    const nowMs = now();
    // A lease that has run out is as good as none.
    const options = { nowMs, expiresMs: nowMs + leaseMs, ifVersion: 0 };
    const version = await records.put(this.#leases, task, workerId, options);
    if (version === undefined) return;
    let ended = false;
    try {
      const running = await start(task, (error) => {
        ended = true;
        onError(error);
        void this.#release(task).catch(onError);
      });
      this.#held.set(task, { version, running });
      if (ended) await this.#release(task);
    } catch (error) {
      await records.remove(this.#leases, task, version);
      throw error;
    }
  }

  async #renew(task: string): Promise<void> {
    const { records, workerId, leaseMs, now } = this.#options;
    const held = this.#held.get(task);
    if (!held) return;
    const nowMs = now();
    const options = { nowMs, expiresMs: nowMs + leaseMs, ifVersion: held.version };
    const version = await records.put(this.#leases, task, workerId, options);
    if (version !== undefined) this.#held.set(task, { ...held, version });
    // Somebody else has it by now.
    else await this.#end(task);
  }

  async #release(task: string): Promise<void> {
    const version = this.#held.get(task)?.version;
    await this.#end(task);
    if (version !== undefined) await this.#options.records.remove(this.#leases, task, version);
  }

  async #end(task: string): Promise<void> {
    const held = this.#held.get(task);
    this.#held.delete(task);
    await held?.running.stop();
  }
}

/** Workers that start together then want different tasks. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

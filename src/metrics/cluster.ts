import cluster, { type Worker } from 'node:cluster';
import { lasting, lastingSeries, mergeInto } from './merge.ts';
import { contentTypes, negotiate } from './negotiate.ts';
import { Registry, type Scrape } from './registry.ts';
import type { RegistrySnapshot } from './snapshot.ts';

const ask = 'wolfsec:metrics:ask';
const answer = 'wolfsec:metrics:answer';

interface Ask {
  readonly type: typeof ask;
  readonly id: number;
}

interface Answer {
  readonly type: typeof answer;
  readonly id: number;
  readonly snapshot: RegistrySnapshot;
}

/**
 * In a worker of `node:cluster`: answers the primary's {@link ClusterHub}. Gives a function that ends it.
 *
 * @param metrics Where the metrics are, e.g. a registry or a `ThreadHub`.
 */
export function answerPrimary(metrics: { snapshot(): RegistrySnapshot }): () => void {
  const listener = (message: unknown) => {
    if (!isMessage<Ask>(message, ask)) return;
    process.send?.({ type: answer, id: message.id, snapshot: metrics.snapshot() } satisfies Answer);
  };
  process.on('message', listener);
  return () => process.off('message', listener);
}

/** Settings of {@link ClusterHub}. */
export interface ClusterHubOptions {
  /** How long a worker may take to answer before its last answer stands for it. Default: 1 000 ms. */
  readonly timeoutMs?: number;
}

/** In the primary of `node:cluster`: the metrics of all workers, and of the primary, in one scrape. */
export class ClusterHub implements Disposable {
  readonly #registry: Registry;
  readonly #timeoutMs: number;
  readonly #merged: Registry;
  /** What ended workers had counted when they last answered. */
  readonly #ended = new Registry({ seriesLimit: Number.MAX_SAFE_INTEGER });
  readonly #last = new Map<number, RegistrySnapshot>();
  readonly #onExit = (worker: Worker) => this.#end(worker);
  #nextId = 1;

  /**
   * To be made in the primary.
   *
   * @param registry The primary's own metrics, shown besides; its common labels go for all. Default: none.
   */
  constructor(registry: Registry = new Registry(), options: ClusterHubOptions = {}) {
    this.#registry = registry;
    this.#merged = new Registry({
      seriesLimit: Number.MAX_SAFE_INTEGER,
      commonLabels: registry.commonLabels,
    });
    this.#timeoutMs = options.timeoutMs ?? 1000;
    cluster.on('exit', this.#onExit);
  }

  /** All workers' metrics in the format that an `Accept` header prefers. A worker that is late shows its last figures. */
  async scrape(accept?: string): Promise<Scrape> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(workers.map((worker) => this.#askOne(worker)));
    mergeInto(this.#merged, [this.#registry.snapshot(), this.#ended.snapshot(), ...this.#last.values()]);
    const format = negotiate(accept);
    return { contentType: contentTypes[format], body: await this.#merged.expose(format) };
  }

  /** Stops listening for workers that end. */
  [Symbol.dispose](): void {
    cluster.off('exit', this.#onExit);
  }

  #askOne(worker: Worker): Promise<void> {
    if (!worker.isConnected()) return Promise.resolve();
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        worker.off('message', listener);
        worker.off('exit', done);
        resolve();
      };
      const listener = (message: unknown) => {
        if (!isMessage<Answer>(message, answer) || message.id !== id) return;
        this.#last.set(worker.id, message.snapshot);
        done();
      };
      const timer = setTimeout(done, this.#timeoutMs);
      worker.on('message', listener);
      worker.once('exit', done);
      worker.send({ type: ask, id } satisfies Ask, (error) => error && done());
    });
  }

  #end(worker: Worker): void {
    const last = this.#last.get(worker.id);
    this.#last.delete(worker.id);
    if (last) mergeInto(this.#ended, [this.#ended.snapshot(), lasting(last)], lastingSeries);
  }
}

function isMessage<M extends { type: string }>(message: unknown, type: M['type']): message is M {
  return typeof message === 'object' && message !== null && (message as { type?: unknown }).type === type;
}

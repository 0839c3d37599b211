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
  /** Values that JSON, in which processes talk, does not have: the family, the series, and the value as text. */
  readonly beyond: readonly (readonly [family: number, series: number, value: string])[];
}

/**
 * In a worker of `node:cluster`: answers the primary's {@link ClusterHub}. Gives a function that ends it.
 *
 * @param metrics Where the metrics are, e.g. a registry or a `ThreadHub`.
 */
export function answerPrimary(metrics: { snapshot(): RegistrySnapshot }): () => void {
  const listener = (message: unknown) => {
    if (!isMessage<Ask>(message, ask)) return;
    const snapshot = metrics.snapshot();
    process.send?.({ type: answer, id: message.id, snapshot, beyond: beyondJson(snapshot) } satisfies Answer);
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
  /** Scrapes that wait for an answer, by its number. */
  readonly #waiting = new Map<number, () => void>();
  readonly #onExit = (worker: Worker) => this.#end(worker);
  readonly #onMessage = (worker: Worker, message: unknown) => this.#answered(worker, message);
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
    cluster.on('message', this.#onMessage);
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
    cluster.off('message', this.#onMessage);
  }

  #askOne(worker: Worker): Promise<void> {
    if (!worker.isConnected()) return Promise.resolve();
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        worker.off('exit', done);
        resolve();
      };
      const timer = setTimeout(done, this.#timeoutMs);
      this.#waiting.set(id, done);
      worker.once('exit', done);
      worker.send({ type: ask, id } satisfies Ask, (error) => error && done());
    });
  }

  /** Taken whenever it comes: a worker that is always late would never show. */
  #answered(worker: Worker, message: unknown): void {
    if (!isMessage<Answer>(message, answer)) return;
    // One that ended is counted among those already.
    if (!worker.isDead()) this.#last.set(worker.id, withBeyond(message));
    this.#waiting.get(message.id)?.();
  }

  #end(worker: Worker): void {
    const last = this.#last.get(worker.id);
    this.#last.delete(worker.id);
    if (last) mergeInto(this.#ended, [this.#ended.snapshot(), lasting(last)], lastingSeries);
  }
}

function beyondJson({ families }: RegistrySnapshot): Answer['beyond'] {
  return families.flatMap(({ series }, family) =>
    series.flatMap(({ value = 0 }, at) =>
      Number.isFinite(value) ? [] : [[family, at, String(value)] as const],
    ),
  );
}

function withBeyond({ snapshot, beyond }: Answer): RegistrySnapshot {
  for (const [family, at, value] of beyond ?? []) {
    const series = snapshot.families[family]?.series[at] as { value?: number } | undefined;
    if (series) series.value = Number(value);
  }
  return snapshot;
}

function isMessage<M extends { type: string }>(message: unknown, type: M['type']): message is M {
  return typeof message === 'object' && message !== null && (message as { type?: unknown }).type === type;
}

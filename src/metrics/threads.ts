import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ExponentialHistogram } from './exponential.ts';
import type { Family } from './family.ts';
import { Histogram } from './histogram.ts';
import { lasting, lastingSeries, mergeInto } from './merge.ts';
import { contentTypes, negotiate } from './negotiate.ts';
import { Registry, type Scrape } from './registry.ts';
import { type RegistrySnapshot, schemeOf } from './snapshot.ts';
import { Summary } from './summary.ts';
import { RemoteFamily, type RemoteFamilyMessage } from './thread-family.ts';

/** How old what a thread collects may be. */
const collectMs = 1_000;

/**
 * Makes this thread's metrics part of the scrape of the thread that holds the other end of `port`. Values
 * are in shared memory: each thread writes its own columns alone, so that no increment is lost, and a scrape
 * sees them while this thread is busy. New series are told at the end of the running turn. What is collected before a
 * scrape is collected each second here, since a scrape asks no thread.
 *
 * @param port From {@link ThreadHub.connect}, transferred to this thread.
 */
export function threadRegistry(port: MessagePort): Registry {
  const registry = new Registry({ shared: true });
  const epochs = new Map<Family, number>();
  /** Series made in this turn. */
  const pending = new Map<Family, number[]>();
  registry.watch((family, made) => {
    if (pending.size === 0) queueMicrotask(tell);
    const ids = pending.get(family) ?? [];
    if (made !== undefined) ids.push(made);
    pending.set(family, ids);
  });
  function tell(): void {
    for (const [family, made] of pending) {
      const whole = epochs.get(family) !== family.epoch;
      port.postMessage(describe(family, whole ? allIds(family) : made, whole));
      epochs.set(family, family.epoch);
    }
    pending.clear();
  }
  // Windows of summaries move on so too, where nothing is recorded.
  const collecting = setInterval(() => registry.families(), collectMs).unref();
  port.once('close', () => clearInterval(collecting));
  port.unref();
  return registry;
}

function allIds(family: Family): number[] {
  return Array.from({ length: family.table.end }, (_, id) => id);
}

function describe(family: Family, ids: readonly number[], whole: boolean): RemoteFamilyMessage {
  const series: [number, string[]][] = [];
  for (const id of ids) if (family.table.isAlive(id)) series.push([id, family.table.valuesOf(id)]);
  const paged =
    family instanceof ExponentialHistogram || family instanceof Summary ? family.pages : undefined;
  return {
    name: family.name,
    type: family.type,
    scheme: schemeOf(family),
    help: family.help,
    ...(family.unit === undefined ? {} : { unit: family.unit }),
    aggregation: family.aggregation,
    labels: [...family.labelNames],
    bounds: family instanceof Histogram || family instanceof ExponentialHistogram ? [...family.bounds] : [],
    quantiles: family instanceof Summary ? [...family.quantiles] : [],
    stride: family.stride,
    ways: family instanceof Summary ? family.ways : 1,
    values: family.values,
    created: family.createdSeconds,
    ...(paged ? { directory: paged.directory, pages: paged.pages } : {}),
    ...(paged?.spill ? { spill: paged.spill } : {}),
    series,
    whole,
  };
}

/** Gathers the metrics of this thread and of those that it connected into one scrape. */
export class ThreadHub {
  readonly #registry: Registry;
  readonly #merged: Registry;
  readonly #threads = new Map<MessagePort, Map<string, RemoteFamily>>();
  /** What ended threads have counted. */
  readonly #ended = new Registry({ seriesLimit: Number.MAX_SAFE_INTEGER });

  /** Shows the metrics of `registry`, the main thread's own, besides those of threads; its common labels go for all. */
  constructor(registry: Registry) {
    this.#registry = registry;
    this.#merged = new Registry({
      seriesLimit: Number.MAX_SAFE_INTEGER,
      commonLabels: registry.commonLabels,
    });
  }

  /** A port to transfer to a new thread, which calls {@link threadRegistry} with it. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#threads.set(port1, new Map());
    port1.on('message', (message: RemoteFamilyMessage) => this.#take(port1, message));
    port1.on('close', () => this.#end(port1));
    port1.unref();
    return port2;
  }

  /** Threads connected at present. */
  get threads(): number {
    return this.#threads.size;
  }

  /** All threads' metrics added up, as plain data. */
  snapshot(): RegistrySnapshot {
    this.#merge();
    return this.#merged.snapshot();
  }

  /** The text of all threads' metrics in the format that an `Accept` header prefers. */
  async scrape(accept?: string): Promise<Scrape> {
    this.#merge();
    const format = negotiate(accept);
    return { contentType: contentTypes[format], body: await this.#merged.expose(format) };
  }

  #merge(): void {
    for (const port of this.#threads.keys()) this.#drain(port);
    const remote = [...this.#threads.keys()].map((port) => this.#snapshotOf(port));
    mergeInto(this.#merged, [this.#registry.snapshot(), this.#ended.snapshot(), ...remote]);
  }

  #snapshotOf(port: MessagePort): RegistrySnapshot {
    const families = [...(this.#threads.get(port)?.values() ?? [])].map((family) => family.snapshot());
    return { takenMs: Date.now(), families };
  }

  /** Takes what is queued; a closed port must not be asked, and has nothing left. */
  #drain(port: MessagePort): void {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
      this.#take(port, next.message as RemoteFamilyMessage);
    }
  }

  #take(port: MessagePort, message: RemoteFamilyMessage): void {
    const families = this.#threads.get(port);
    const known = families?.get(message.name);
    if (known) known.update(message);
    else families?.set(message.name, new RemoteFamily(message));
  }

  #end(port: MessagePort): void {
    const last = lasting(this.#snapshotOf(port));
    this.#threads.delete(port);
    mergeInto(this.#ended, [this.#ended.snapshot(), last], lastingSeries);
  }
}

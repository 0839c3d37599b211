import { join } from 'node:path';
import { file, type Receiver, type Route, webhook } from '../alert/index.ts';
import { openStore, type Store } from '../store/index.ts';
import type { ServeConfig } from './config.ts';

/** What is open, closed last first; an error of one does not keep the others open. */
export class Closers {
  readonly #closers: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  defer(close: () => unknown): void {
    this.#closers.push(close);
  }

  close(): Promise<void> {
    this.#closed ??= this.#run();
    return this.#closed;
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    // What is closed waits on timers that hold no process open, so that one is held here.
    const held = setInterval(() => {}, 1_000);
    for (const close of this.#closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    clearInterval(held);
    if (errors.length > 0) throw errors[0];
  }
}

/** The store that the configuration names. */
export function openStoreOf({
  data,
  databaseUrl,
}: Pick<ServeConfig, 'data' | 'databaseUrl'>): Promise<Store> {
  return openStore(databaseUrl === '' ? { dataFolder: data } : { url: databaseUrl });
}

/** Alerts go to a file in any case, and to the webhook besides: neither waits for the other. */
export function deliveryOf({ data, webhookUrl }: ServeConfig): {
  receivers: Record<string, Receiver>;
  route: Route;
} {
  const kept = { file: file({ path: join(data, 'alerts.ndjson') }) };
  if (webhookUrl === '') return { receivers: kept, route: { receiver: 'file' } };
  return {
    receivers: { ...kept, webhook: webhook({ url: webhookUrl }) },
    route: { receiver: 'file', routes: [{ receiver: 'file', continue: true }, { receiver: 'webhook' }] },
  };
}

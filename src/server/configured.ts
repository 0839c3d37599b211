import { join } from 'node:path';
import { file, type Receiver, type Route, webhook } from '../alert/index.ts';
import { openStore, type Store } from '../store/index.ts';
import type { ServeConfig } from './config.ts';

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

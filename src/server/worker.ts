import { createServer } from 'node:http';
import { AlertManager } from '../alert/index.ts';
import { type Broker, openBroker } from '../broker/index.ts';
import { type RuleSource, readRuleSources } from '../detect/index.ts';
import { startWorker, type Worker } from '../fleet/index.ts';
import { Registry, watchRuntime } from '../metrics/index.ts';
import type { Store } from '../store/index.ts';
import { type Closers, openOrClose } from './closers.ts';
import type { ServeConfig } from './config.ts';
import { deliveryOf, openStoreOf } from './configured.ts';
import { fleetOptions } from './fleet-config.ts';
import { giveMemoryBackWhenIdle } from './idle-memory.ts';

export interface WorkerServiceOptions {
  readonly config: ServeConfig;
  /** Paths of rules where the configuration names none. */
  readonly rules: readonly string[];
  readonly onError?: (error: unknown) => void;
}

export interface WorkerService {
  readonly worker: Worker;
  readonly store: Store;
  readonly registry: Registry;
  /** Reads the rules anew and announces them to the fleet; gives their version. */
  reload(): Promise<string>;
  close(): Promise<void>;
}

/** `wolfsec worker`: opens broker and store, and joins the fleet. @throws {WolfsecError} for what cannot be had. */
export async function openWorker(options: WorkerServiceOptions): Promise<WorkerService> {
  const { onError = () => {} } = options;
  return openOrClose((opened) => openInto(opened, options, onError), onError);
}

async function openInto(
  opened: Closers,
  { config, rules: ownRules }: WorkerServiceOptions,
  onError: (error: unknown) => void,
): Promise<WorkerService> {
  const store = await openStoreOf(config);
  opened.defer(() => store.close());
  const registry = new Registry();
  opened.defer(watchRuntime(registry));
  const fleet = fleetOptions(config);
  const broker = await openBroker(config.source, { ...fleet, onError });
  opened.defer(() => broker.close());
  const read = (): Promise<readonly RuleSource[]> =>
    readRuleSources(config.rules.length > 0 ? config.rules : ownRules);
  const { prefix, partitions, ackWaitMs, logMs } = fleet;
  const worker = await startWorker({
    broker,
    store,
    rules: await read(),
    registry,
    openAlerts: () =>
      AlertManager.open({
        dataFolder: config.data,
        store,
        sharedAs: `${prefix}:alerts`,
        ...deliveryOf(config),
      }),
    ...{ prefix, partitions, ackWaitMs, logMs, onError },
    lanes: config.lanes,
    maxQueueBytes: config.maxQueueBytes,
    leaseMs: config.leaseMs,
    maxDeliveries: config.maxDeliveries,
  });
  opened.defer(() => worker.close());
  opened.defer(giveMemoryBackWhenIdle(() => worker.pipeline.totals().events));
  if (config.workerPort > 0)
    opened.defer(await tell(config.workerPort, registry, { store, broker }, onError));
  return {
    worker,
    store,
    registry,
    reload: async () => worker.announce(await read()),
    close: () => opened.close(),
  };
}

/** Health and metrics on loopback, for the machine's own collector. */
async function tell(
  port: number,
  registry: Registry,
  needs: { readonly store: Store; readonly broker: Broker },
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const server = createServer((request, answer) => {
    const respond = async () => {
      if (request.url === '/metrics') {
        const { contentType, body } = await registry.scrape(request.headers.accept);
        return answer.setHeader('content-type', contentType).end(Buffer.from(body));
      }
      if (request.url === '/healthz') return answer.end('ok\n');
      if (request.url !== '/readyz') return answer.writeHead(404).end();
      const [store, broker] = await Promise.all([needs.store.health(), needs.broker.health()]);
      const away = !store.ok ? 'the store is away' : !broker.ok ? 'the broker is away' : undefined;
      return answer.writeHead(away === undefined ? 200 : 503).end(`${away ?? 'ready'}\n`);
    };
    respond().catch((error: unknown) => {
      onError(error);
      answer.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlertManager, observeAlerts } from '../alert/index.ts';
import { ApiKeys, countAuthEvents } from '../auth/index.ts';
import type { ThreatDetectorOptions } from '../detect/index.ts';
import { Registry, watchQueue, watchRuntime } from '../metrics/index.ts';
import { DetectionFlow, IngestPipeline, LearnedKeeper } from '../pipeline/index.ts';
import { observeReputation } from '../reputation/index.ts';
import { observePool, type Store } from '../store/index.ts';
import { AllowList } from './allow-list.ts';
import { buildApp } from './app.ts';
import { type Closers, openOrClose } from './closers.ts';
import type { ServeConfig } from './config.ts';
import { deliveryOf, openStoreOf } from './configured.ts';
import type { ServerContext } from './context.ts';
import { giveMemoryBackWhenIdle } from './idle-memory.ts';
import { EventSample } from './live/event-sample.ts';
import { EngineWatch } from './live/figures.ts';
import { AlertStream } from './live/stream.ts';
import { maxLearned, openReputation, reputationHook } from './reputation.ts';
import { limiterOf } from './request-limit.ts';
import { brief } from './routes/answers.ts';
import { RuleBook } from './rule-book.ts';
import { SyslogListeners } from './syslog.ts';
import { Users } from './users.ts';

/** What the service is given beside its settings. */
export interface ServiceOptions {
  readonly config: ServeConfig;
  /** Rules where the configuration names none. */
  readonly rules: ThreatDetectorOptions['rules'];
  /** Told of failures that no request is answered with, e.g. while closing. Default: nobody. */
  readonly onError?: (error: unknown) => void;
}

/** The engine as a running service. */
export interface Service extends AsyncDisposable {
  /** Where it listens, e.g. `http://127.0.0.1:8480`. */
  readonly url: string;
  readonly syslog: { readonly udpPort?: number; readonly tcpPort?: number };
  readonly pipeline: IngestPipeline;
  readonly alerts: AlertManager;
  readonly store: Store;
  readonly registry: Registry;
  readonly keys: ApiKeys;
  readonly users: Users;
  /** What its routes work with. @internal */
  readonly context: ServerContext;
  /** Reads the rules anew and switches to them; the old ones serve until then, and on where the new fail to load. */
  reload(): Promise<{ readonly rules: number; readonly refused: number }>;
  /** Takes no more, waits for what was taken up to `shutdownMs`, and closes everything in order. */
  close(): Promise<void>;
}

/**
 * Opens everything in order and listens.
 *
 * @throws {WolfsecError} for a store, rules or folder that cannot be had; `EADDRINUSE` and the like from the system.
 */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { onError = () => {} } = options;
  return openOrClose((opened) => openInto(opened, options), onError);
}

async function openInto(
  opened: Closers,
  { config, rules: ownRules, onError = () => {} }: ServiceOptions,
): Promise<Service> {
  await mkdir(config.data, { recursive: true });
  const store = await openStoreOf(config);
  opened.defer(() => store.close());
  const registry = new Registry();
  opened.defer(watchRuntime(registry));
  opened.defer(observePool(store, registry));
  const stream: AlertStream = new AlertStream({
    alert: (id) => {
      const alert = alerts.alert(id);
      return alert && brief(alert);
    },
    figures: () => watch.figures,
  });
  const alerts = await AlertManager.open({
    dataFolder: config.data,
    store,
    onChanged: (ids) => stream.changed(ids),
    ...deliveryOf(config),
  });
  opened.defer(() => alerts.close());
  opened.defer(observeAlerts(alerts, registry));
  const reputation = await openReputation(config.feeds, onError);
  opened.defer(() => reputation[Symbol.dispose]());
  opened.defer(observeReputation(reputation, registry));
  const learned = await LearnedKeeper.open({ reputation, store, maxEntries: maxLearned, onError });
  opened.defer(() => learned.close());
  const allowList = await AllowList.open(store, reputation, onError);
  opened.defer(() => allowList.close());
  const flow = new DetectionFlow({
    alerts,
    store,
    buffer: { onFailure: onError },
    enrich: config.feeds.length > 0 ? [reputationHook(reputation)] : [],
    allowed: (detection) => allowList.allows(detection),
    learn: (detections) => reputation.learn(detections),
  });
  const sample = new EventSample();
  const rules = new RuleBook({
    rules: config.rules.length > 0 ? config.rules : ownRules,
    store,
    sample,
    registry,
    cacheFolder: join(config.data, 'rules'),
  });
  opened.defer(() => rules.close());
  const pipeline = new IngestPipeline({
    detector: await rules.load(),
    flow,
    registry,
    limits: {
      maxBatches: config.maxQueueBatches,
      maxBytes: config.maxQueueBytes,
      lanes: config.lanes,
    },
    onBatch: (ndjson) => sample.take(ndjson),
    onStored: (outcome, seconds) => watch.stored(outcome, seconds),
  });
  opened.defer(() => pipeline.detector[Symbol.dispose]());
  opened.defer(() => flow.close(config.shutdownMs).catch(onError));
  const watch: EngineWatch = new EngineWatch(engineOf({ pipeline, store, flow, alerts, stream }));
  opened.defer(() => watch.close());
  opened.defer(giveMemoryBackWhenIdle(() => pipeline.totals().events));
  const listener = countAuthEvents(registry);
  const keys = new ApiKeys({ storage: store.apiKeys, listener, onError });
  opened.defer(() => keys.settled());
  const { limiter, close: closeLimiter } = await limiterOf(config, onError);
  opened.defer(closeLimiter);
  const users = new Users(store, { onError, listener });
  opened.defer(() => users.settled());
  opened.defer(watchQueue(registry, 'passwords', () => users.hashing));
  const context: ServerContext = {
    config,
    pipeline,
    alerts,
    store,
    registry,
    reputation,
    allowList,
    rules,
    watch,
    stream,
    users,
    onError,
    degraded() {
      const feeds = reputation.feeds();
      const missing = feeds.filter(({ size, expired }) => size === 0 || expired).length;
      return missing === 0 ? {} : { degraded: `${missing} of ${feeds.length} feeds are not loaded` };
    },
    ...(config.auth ? { keys } : {}),
    ...(limiter ? { limiter } : {}),
  };
  const app = buildApp(context);
  const syslog = new SyslogListeners(config, pipeline, registry, onError);
  // Sources first, and then what they had brought.
  opened.defer(async () => {
    await syslog.close();
    stream.close();
    await Promise.race([pipeline.close(), sleep(config.shutdownMs, undefined, { ref: false })]);
    await app.close();
  });
  await app.listen({ host: config.host, port: config.port });
  const ports = await syslog.listen();
  const { address, family, port } = app.server.address() as AddressInfo;
  const close = () => opened.close();
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    syslog: ports,
    pipeline,
    alerts,
    store,
    registry,
    keys,
    users,
    context,
    async reload() {
      const fresh = await rules.load();
      const old = await pipeline.replaceDetector(fresh);
      old[Symbol.dispose]();
      return { rules: fresh.rules.length, refused: fresh.refused.length };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Where the engine's figures come from. */
function engineOf(parts: {
  pipeline: IngestPipeline;
  store: Store;
  flow: DetectionFlow;
  alerts: AlertManager;
  stream: AlertStream;
}): ConstructorParameters<typeof EngineWatch>[0] {
  const { pipeline, store, flow, alerts, stream } = parts;
  return {
    totals: () => pipeline.totals(),
    queue() {
      const { queuedBatches, queuedBytes, limits } = pipeline.figures();
      const { maxBatches, maxBytes } = limits;
      return { batches: queuedBatches, bytes: queuedBytes, maxBatches, maxBytes };
    },
    pool() {
      const { size, inUse, waiting, utilisation } = store.pool();
      return { size, inUse, waiting, utilisation };
    },
    cache() {
      const [figures] = Object.values(flow.figures().enrichment);
      return { hits: figures?.hits ?? 0, misses: figures?.looked ?? 0 };
    },
    alerts() {
      const { open, undelivered, deadLetters } = alerts.figures();
      return { open, undelivered, deadLetters };
    },
    watchers: () => stream.watchers,
  };
}

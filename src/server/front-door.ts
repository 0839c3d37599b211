import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiKeys } from '../auth/index.ts';
import { openBroker } from '../broker/index.ts';
import { Forwarder } from '../fleet/index.ts';
import { Registry, watchRuntime } from '../metrics/index.ts';
import { type Closers, openOrClose } from './closers.ts';
import type { ServeConfig } from './config.ts';
import { openStoreOf } from './configured.ts';
import type { DoorContext } from './context.ts';
import { fleetOptions } from './fleet-config.ts';
import { openHttp } from './http.ts';
import { limiterOf } from './request-limit.ts';
import { mountDoors } from './routes/door.ts';
import { doors } from './routes/doors.ts';
import { mountOperations } from './routes/operations.ts';
import { SyslogListeners } from './syslog.ts';

/** A way in that the service opens and closes. */
export interface FrontDoor {
  readonly url: string;
  readonly syslog: { readonly udpPort?: number; readonly tcpPort?: number };
  readonly registry: Registry;
  /** Takes no more batches, waits for those under way, and closes listeners, broker and store. */
  close(): Promise<void>;
}

/**
 * `serve --forward`: the doors alone, before a fleet. A batch is answered when the broker has it; nothing is kept here,
 * so that there may be as many as are wanted. Where keys are demanded, they are those of the shared store.
 *
 * @throws {WolfsecError} as `openService`, and `WOLFSEC_BROKER_UNAVAILABLE`.
 */
export async function openFrontDoor(
  config: ServeConfig,
  onError: (error: unknown) => void = () => {},
): Promise<FrontDoor> {
  return openOrClose((opened) => openInto(opened, config, onError), onError);
}

async function openInto(
  opened: Closers,
  config: ServeConfig,
  onError: (error: unknown) => void,
): Promise<FrontDoor> {
  const broker = await openBroker(config.forward, { ...fleetOptions(config), onError });
  opened.defer(() => broker.close());
  const registry = new Registry();
  opened.defer(watchRuntime(registry));
  const { limiter, close: closeLimiter } = await limiterOf(config, onError);
  opened.defer(closeLimiter);
  const pipeline = new Forwarder({
    broker,
    registry,
    maxBatches: config.maxQueueBatches,
    maxBytes: config.maxQueueBytes,
  });
  const context: DoorContext = {
    config,
    pipeline,
    registry,
    store: broker,
    onError,
    ...(limiter ? { limiter } : {}),
    ...(config.auth ? { keys: await sharedKeys(opened, config, onError) } : {}),
  };
  const app = openHttp(context);
  app.register(async (scope) => mountOperations(scope, context));
  app.register(async (scope) => mountDoors(scope, context, doors));
  const syslog = new SyslogListeners(config, pipeline, registry, onError);
  opened.defer(async () => {
    await syslog.close();
    await Promise.race([pipeline.close(), sleep(config.shutdownMs, undefined, { ref: false })]);
    await app.close();
  });
  await app.listen({ host: config.host, port: config.port });
  const ports = await syslog.listen();
  const { address, family, port } = app.server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    syslog: ports,
    registry,
    close: () => opened.close(),
  };
}

async function sharedKeys(
  opened: Closers,
  config: ServeConfig,
  onError: (error: unknown) => void,
): Promise<ApiKeys> {
  const store = await openStoreOf(config);
  opened.defer(() => store.close());
  const keys = new ApiKeys({ storage: store.apiKeys, onError });
  opened.defer(() => keys.settled());
  return keys;
}

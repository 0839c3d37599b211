import { defaultRegistry, type Registry } from '../metrics/index.ts';
import type { PoolFigures } from './engine.ts';

/** Shows a store's connections in the registry; gives a function that ends it. */
export function observePool(
  pool: { pool(): PoolFigures; readonly dialect: string },
  registry: Registry = defaultRegistry(),
): () => void {
  const labels = ['store'] as const;
  const gauge = (suffix: string, help: string) =>
    registry.gauge({ name: `wolfsec_store_${suffix}`, help, labels }).labels(pool.dialect);
  const size = gauge('pool_size', 'Connections at most.');
  const inUse = gauge('pool_in_use', 'Connections at work.');
  const waiting = gauge('pool_waiting', 'Requests that wait for a connection.');
  const utilisation = gauge('pool_utilisation_ratio', 'Busy share of the connections.');
  const counter = (suffix: string, help: string) =>
    registry.counter({ name: `wolfsec_store_${suffix}_total`, help, labels }).labels(pool.dialect);
  const acquired = counter('pool_acquired', 'Requests that got a connection.');
  const failed = counter('pool_failed_connections', 'Connections that could not be made or broke.');
  const waited = counter('pool_wait_milliseconds', 'Time that requests waited for a connection.');
  let before: PoolFigures | undefined;
  return registry.onScrape(() => {
    const now = pool.pool();
    size.set(now.size);
    inUse.set(now.inUse);
    waiting.set(now.waiting);
    utilisation.set(now.utilisation);
    acquired.inc(now.acquired - (before?.acquired ?? 0));
    failed.inc(now.failedConnections - (before?.failedConnections ?? 0));
    waited.inc(now.waitMs - (before?.waitMs ?? 0));
    before = now;
  });
}

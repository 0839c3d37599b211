import type { Registry } from './registry.ts';

/** A pool of connections as it is now. */
export interface PoolState {
  /** Connections at most. */
  readonly size: number;
  readonly inUse: number;
  readonly idle: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
  /** Since the pool was made: time that requests waited, in milliseconds. */
  readonly waitMs: number;
  /** Since the pool was made: requests that got a connection. */
  readonly acquired: number;
  /** Since the pool was made: connections that could not be made or broke. */
  readonly failedConnections: number;
}

/**
 * Shows a pool in each scrape as `<part>_pool_…` with the label `pool`; gives a function that ends it.
 *
 * @param part The part of the program, e.g. `wolfsec_store`.
 */
export function watchPool(registry: Registry, part: string, pool: string, read: () => PoolState): () => void {
  const gauge = (suffix: string, help: string) =>
    registry.gauge({ name: `${part}_pool_${suffix}`, help, labels: ['pool'] });
  const counter = (suffix: string, help: string) =>
    registry.counter({ name: `${part}_pool_${suffix}_total`, help, labels: ['pool'] });
  const connections = registry.gauge({
    name: `${part}_pool_connections`,
    help: 'Connections of the pool, by state.',
    labels: ['pool', 'state'],
  });
  const limit = gauge('connections_limit', 'Connections at most.');
  const utilization = registry.gauge({
    name: `${part}_pool_utilization_ratio`,
    help: 'Busy share of the connections that there may be.',
    labels: ['pool'],
    aggregation: 'average',
  });
  const waiting = gauge('waiting', 'Requests that wait for a connection.');
  const waited = counter('wait_seconds', 'Time that requests waited for a connection.');
  const acquired = counter('acquisitions', 'Requests that got a connection.');
  const failures = counter('failures', 'Connections that could not be made or broke.');
  return registry.onScrape(() => {
    const now = read();
    connections.set({ pool, state: 'busy' }, now.inUse);
    connections.set({ pool, state: 'idle' }, now.idle);
    limit.set({ pool }, now.size);
    utilization.set({ pool }, now.size > 0 ? now.inUse / now.size : 0);
    waiting.set({ pool }, now.waiting);
    waited.follow({ pool }, now.waitMs / 1000);
    acquired.follow({ pool }, now.acquired);
    failures.follow({ pool }, now.failedConnections);
  });
}

/** Work for other threads as it is now. */
export interface QueueState {
  readonly running: number;
  readonly waiting: number;
}

/** Shows a queue for other threads in each scrape, as `wolfsec_offthread_tasks{queue, state}`; gives a function that ends it. */
export function watchQueue(registry: Registry, queue: string, read: () => QueueState): () => void {
  const tasks = registry.gauge({
    name: 'wolfsec_offthread_tasks',
    help: 'Work for other threads, by queue and state.',
    labels: ['queue', 'state'],
  });
  return registry.onScrape(() => {
    const { running, waiting } = read();
    tasks.set({ queue, state: 'running' }, running);
    tasks.set({ queue, state: 'waiting' }, waiting);
  });
}

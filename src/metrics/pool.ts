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

/** Work for other threads as it is now. What a queue cannot tell is not shown. */
export interface QueueState {
  readonly running: number;
  readonly waiting: number;
  /** Tasks that may run at once. */
  readonly limit?: number;
  /** Since the queue was made: tasks that were begun. */
  readonly started?: number;
  /** Since the queue was made: time that those waited before, in milliseconds. */
  readonly waitMs?: number;
  /** Since the queue was made: tasks turned away. */
  readonly rejected?: number;
}

/** Shows a queue for other threads in each scrape, as `wolfsec_offthread_…{queue}`; gives a function that ends it. */
export function watchQueue(registry: Registry, queue: string, read: () => QueueState): () => void {
  const labels = ['queue'] as const;
  const counter = (suffix: string, help: string) =>
    registry.counter({ name: `wolfsec_offthread_${suffix}_total`, help, labels });
  const tasks = registry.gauge({
    name: 'wolfsec_offthread_tasks',
    help: 'Work for other threads, by queue and state.',
    labels: ['queue', 'state'],
  });
  const limit = registry.gauge({
    name: 'wolfsec_offthread_limit',
    help: 'Tasks of a queue that may run at once.',
    labels,
  });
  const utilization = registry.gauge({
    name: 'wolfsec_offthread_utilization_ratio',
    help: 'Busy share of the tasks that may run at once.',
    labels,
    aggregation: 'average',
  });
  const started = counter('started', 'Tasks that were begun.');
  const waited = counter('wait_seconds', 'Time that tasks waited before they were begun.');
  const rejected = counter('rejected', 'Tasks turned away because too many waited.');
  return registry.onScrape(() => {
    const now = read();
    tasks.set({ queue, state: 'running' }, now.running);
    tasks.set({ queue, state: 'waiting' }, now.waiting);
    if (now.limit !== undefined) {
      limit.set({ queue }, now.limit);
      utilization.set({ queue }, now.limit > 0 ? now.running / now.limit : 0);
    }
    if (now.started !== undefined) started.follow({ queue }, now.started);
    if (now.waitMs !== undefined) waited.follow({ queue }, now.waitMs / 1_000);
    if (now.rejected !== undefined) rejected.follow({ queue }, now.rejected);
  });
}

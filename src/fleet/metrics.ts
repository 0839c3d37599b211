import type { Registry } from '../metrics/index.ts';

export type FleetMetrics = ReturnType<typeof fleetMetrics>;

/** The series of a worker, besides those of its pipeline. */
export function fleetMetrics(registry: Registry) {
  return {
    redelivered: registry.counter({
      name: 'wolfsec_fleet_redelivered_messages_total',
      help: 'Messages that were taken and had been given out before.',
    }),
    dead: registry.counter({
      name: 'wolfsec_fleet_dead_messages_total',
      help: 'Messages that went to the dead letters.',
    }),
    hits: registry.counter({
      name: 'wolfsec_fleet_correlated_hits_total',
      help: 'Hits that were counted in the partitions held here.',
    }),
    held: registry.gauge({
      name: 'wolfsec_fleet_held_tasks',
      help: 'Partitions of correlation held here, and the keeping of alerts as one more.',
    }),
    waiting: registry.gauge({
      name: 'wolfsec_fleet_queue_waiting_messages',
      help: 'Messages in the queue that no worker has taken yet.',
    }),
    pending: registry.gauge({
      name: 'wolfsec_fleet_queue_pending_messages',
      help: 'Messages given out and not acknowledged.',
    }),
  };
}

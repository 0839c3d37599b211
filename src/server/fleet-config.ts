import type { BrokerOptions } from '../broker/index.ts';
import type { ServeConfig } from './config.ts';

/** What the settings say of the broker. */
export const fleetOptions = (config: ServeConfig): Omit<BrokerOptions, 'onError'> => ({
  prefix: config.brokerPrefix,
  partitions: config.partitions,
  replicas: config.replicas,
  maxQueueBytes: config.brokerQueueBytes,
  logMs: config.logHours * 3_600_000,
  ackWaitMs: config.ackWaitMs,
});

import { readFileSync } from 'node:fs';
import type { BrokerOptions } from '../broker/index.ts';
import { WolfsecError } from '../errors.ts';
import type { ServeConfig } from './config.ts';

/**
 * What the settings say of the broker.
 *
 * @throws {WolfsecError} `WOLFSEC_INPUT_NOT_FOUND` for a file of certificates or the password that cannot be read.
 */
export function fleetOptions(config: ServeConfig): Omit<BrokerOptions, 'onError'> {
  const { brokerCa, brokerCert, brokerKey, brokerPasswordFile } = config;
  const tls = {
    ...(brokerCa === '' ? {} : { ca: read('brokerCa', brokerCa) }),
    ...(brokerCert === '' ? {} : { cert: read('brokerCert', brokerCert) }),
    ...(brokerKey === '' ? {} : { key: read('brokerKey', brokerKey) }),
  };
  const password =
    brokerPasswordFile === ''
      ? config.brokerPassword
      : read('brokerPasswordFile', brokerPasswordFile).replace(/\r?\n$/, '');
  return {
    prefix: config.brokerPrefix,
    partitions: config.partitions,
    replicas: config.replicas,
    maxQueueBytes: config.brokerQueueBytes,
    logMs: config.logHours * 3_600_000,
    ackWaitMs: config.ackWaitMs,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(password === '' ? {} : { password }),
  };
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_INPUT_NOT_FOUND', `${name}: ${(cause as Error).message}`, { cause });
  }
}

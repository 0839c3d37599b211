import { invalidArgument, WolfsecError } from '../errors.ts';
import type { Broker, BrokerOptions } from './broker.ts';

type Open = (url: string, options: BrokerOptions) => Promise<Broker>;

/** Each broker's client is an optional package, loaded when an address asks for it. */
const openers: Readonly<Record<string, { readonly needs: string; load(): Promise<Open> }>> = {
  nats: {
    needs: '@nats-io/transport-node @nats-io/jetstream',
    load: async () => (await import('./nats.ts')).openNats,
  },
  redis: {
    needs: 'redis',
    load: async () => (await import('./redis.ts')).openRedis,
  },
  kafka: {
    needs: '@platformatic/kafka',
    load: async () => (await import('./kafka.ts')).openKafka,
  },
};
const kinds: Readonly<Record<string, string>> = {
  nats: 'nats',
  tls: 'nats',
  redis: 'redis',
  rediss: 'redis',
  kafka: 'kafka',
  kafkas: 'kafka',
};

const defaults = {
  prefix: 'wolfsec',
  partitions: 16,
  replicas: 1,
  maxQueueBytes: 1024 ** 3,
  logMs: 48 * 3_600_000,
  ackWaitMs: 30_000,
};

const brokerSchemes = Object.keys(kinds).map((scheme) => `${scheme}://`);

/**
 * Connects to the broker that the address names and makes its streams where they are not there.
 *
 * @param url e.g. `nats://user:password@host:4222`; several servers are parted by commas.
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for another scheme, or with what to install where the broker's
 *   client is not there; `WOLFSEC_BROKER_UNAVAILABLE` where it cannot be reached.
 */
export async function openBroker(url: string, options: Partial<BrokerOptions> = {}): Promise<Broker> {
  const scheme = url.split(':', 1)[0] as string;
  const opener = openers[kinds[scheme] ?? ''];
  // The address may hold a password, so only its scheme is told.
  if (!opener)
    throw invalidArgument('the broker', `${brokerSchemes.join(', ')}, not ${JSON.stringify(scheme)}:…`);
  if (kinds[scheme] !== 'kafka' && (options.tls !== undefined || options.password !== undefined))
    throw invalidArgument('the broker', 'kafka:// or kafkas://, where its certificates or password are set');
  let open: Open;
  try {
    open = await opener.load();
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', `${scheme}:// needs npm install ${opener.needs}`, {
      cause,
    });
  }
  return open(url, { ...defaults, ...options });
}

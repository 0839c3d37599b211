import { createSecureContext } from 'node:tls';
import type { BaseOptions } from '@platformatic/kafka';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { addressOf } from '../address.ts';
import type { BrokerOptions, BrokerTls } from '../broker.ts';
import { context } from './connections.ts';

/** What every client of one broker has in common. */
export interface ClientOptions
  extends Pick<BaseOptions, 'clientId' | 'context' | 'tls' | 'tlsServerName' | 'sasl'> {
  readonly bootstrapBrokers: string[];
}

const mechanisms = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'] as const;

/**
 * `kafka://user:password@a:9092,b:9092`; `kafkas://` goes over TLS. The password is shown to be known by
 * SCRAM-SHA-512, or by what `?mechanism=` names.
 */
export function clientOptions(
  url: string,
  { prefix: clientId, tls, password: ownPassword }: Pick<BrokerOptions, 'prefix' | 'tls' | 'password'>,
): ClientOptions {
  const { scheme, user, password = ownPassword, hosts, query } = addressOf(url);
  for (const name of query.keys())
    if (name !== 'mechanism') throw invalidArgument('the query of the broker', '?mechanism=');
  const options = { clientId, context, bootstrapBrokers: [...hosts], ...secured(scheme, hosts, tls) };
  if (user === undefined) {
    if (ownPassword !== undefined || query.has('mechanism'))
      throw invalidArgument('the broker', `${scheme}://user@host:port, where it is to sign in`);
    return options;
  }
  if (user === '' || password === undefined || password === '')
    throw invalidArgument('the broker', `${scheme}://user:password@host:port, or with brokerPassword`);
  const wanted = query.get('mechanism') ?? mechanisms[0];
  const mechanism = mechanisms.find((known) => known === wanted.toUpperCase());
  if (mechanism === undefined) throw invalidArgument('mechanism', mechanisms.join(', '));
  return { ...options, sasl: { mechanism, username: user, password } };
}

function secured(scheme: string, hosts: readonly string[], tls: BrokerTls | undefined) {
  if (scheme !== 'kafkas') {
    if (tls !== undefined) throw invalidArgument('the broker', 'kafkas://, where certificates are given');
    return {};
  }
  const material = { ...tls };
  try {
    // What does not fit together is told now, and not by each connection.
    createSecureContext(material);
  } catch (cause) {
    const message = `the certificates for the broker cannot be used: ${(cause as Error).message}`;
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', message, { cause });
  }
  // A name to check the certificate for; an address has none.
  return { tls: material, tlsServerName: !hosts.some((host) => /^[\d.]+(:|$)|^\[/.test(host)) };
}

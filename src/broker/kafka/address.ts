import type { BaseOptions } from '@platformatic/kafka';
import { invalidArgument } from '../../errors.ts';

/** What every client of one broker has in common. */
export type ClientOptions = Pick<
  BaseOptions,
  'clientId' | 'bootstrapBrokers' | 'tls' | 'tlsServerName' | 'sasl'
>;

const mechanisms = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'] as const;

/**
 * `kafka://user:password@a:9092,b:9092`; `kafkas://` goes over TLS. The password is shown to be known by
 * SCRAM-SHA-512, or by what `?mechanism=` names.
 */
export function clientOptions(url: string, clientId: string): ClientOptions {
  const [scheme = '', rest = ''] = url.split('://', 2);
  const [, credentials, hosts = '', query] = /^(?:(.*)@)?([^@/?]*)(?:\/[^?]*)?(?:\?(.*))?$/.exec(rest) ?? [];
  const bootstrapBrokers = hosts.split(',').filter((host) => host !== '');
  if (bootstrapBrokers.length === 0) throw invalidArgument('the broker', `${scheme}://host:port[,host:port]`);
  // A name to check the certificate for; an address has none.
  const tls = scheme === 'kafkas' ? { tls: {}, tlsServerName: !/^[\d.]+(:|,|$)|\[/.test(hosts) } : {};
  if (credentials === undefined) return { clientId, bootstrapBrokers, ...tls };
  const [username = '', password = ''] = credentials.split(':', 2).map(decodeURIComponent);
  const wanted = new URLSearchParams(query).get('mechanism') ?? mechanisms[0];
  const mechanism = mechanisms.find((known) => known === wanted.toUpperCase());
  if (mechanism === undefined) throw invalidArgument('mechanism', mechanisms.join(', '));
  return { clientId, bootstrapBrokers, ...tls, sasl: { mechanism, username, password } };
}

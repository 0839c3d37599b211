import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { invalidArgument, WolfsecError } from '../errors.ts';

/** Which addresses outbound requests may go to. */
export interface GuardOptions {
  /** Networks (CIDR) or addresses that may be called although they are not public, e.g. `10.20.0.0/16`. */
  readonly allowNetworks?: readonly string[];
  /** Allow `http:`. Default `false`: only `https:`. */
  readonly allowHttp?: boolean;
  /** Resolves names; for tests. Default: `dns.lookup`. */
  readonly resolve?: (host: string) => Promise<readonly { address: string; family: number }[]>;
}

/** Networks that are not the public internet (IANA special-purpose registries, RFC 6890). */
const special = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Unspecified, loopback, and IPv4 addresses as IPv6 once spelt them (RFC 4291 section 2.5.5.1).
  '::/96',
  // IPv4 addresses translated (RFC 2765).
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const blocked = listOf(special);

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits, more] = network.split('/');
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (version === 0 || more !== undefined || !(length <= most)) {
      throw invalidArgument('allowNetworks', `CIDR networks or addresses, not ${JSON.stringify(network)}`);
    }
    list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/**
 * Keeps outbound requests off the inside: a URL that somebody configured, or that a name server changed its mind
 * about, must not reach loopback, private networks or a cloud's metadata. The address is checked when the connection
 * is made and that very address is connected to, so there is no second look-up to win a race against.
 */
export class OutboundGuard {
  readonly #allowed: BlockList;
  readonly #allowHttp: boolean;
  readonly #resolve: NonNullable<GuardOptions['resolve']>;

  /**
   * Default: HTTPS alone, to public addresses alone.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for what is no network in `allowNetworks`.
   */
  constructor({ allowNetworks = [], allowHttp = false, resolve: custom }: GuardOptions = {}) {
    this.#allowed = listOf(allowNetworks);
    this.#allowHttp = allowHttp;
    this.#resolve = custom ?? lookupAll;
  }

  /** @throws {WolfsecError} `WOLFSEC_ADDRESS_REFUSED` for a URL that no request may go to. */
  check(text: string | URL): URL {
    const url = text instanceof URL ? text : parse(text);
    if (url.protocol !== 'https:' && !(this.#allowHttp && url.protocol === 'http:')) {
      throw refused(url, this.#allowHttp ? 'only http and https are allowed' : 'only https is allowed');
    }
    if (url.username || url.password) throw refused(url, 'credentials in the address are not allowed');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) && !this.permits(host))
      throw refused(url, 'not a public address; name it in allowNetworks');
    return url;
  }

  /** Whether a connection may go to this address. */
  permits(address: string): boolean {
    // An IPv4 address in IPv6 clothes is judged as the IPv4 address; BlockList does the same.
    const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
    const version = isIP(plain);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    return this.#allowed.check(plain, family) || !blocked.check(plain, family);
  }

  /** Look-up for `http.request` and sockets: gives permitted addresses alone. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.#resolve(host).then(
      (found) => {
        const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
        const good = found.filter(
          (one) => this.permits(one.address) && (family === 0 || one.family === family),
        );
        const [first] = good;
        if (!first)
          return callback(new WolfsecError('WOLFSEC_ADDRESS_REFUSED', notPublic(host)) as never, '', 0);
        if (options.all) return callback(null, good as never);
        callback(null, first.address, first.family);
      },
      (error) => callback(error, '', 0),
    );
  };
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw invalidArgument('url', 'an absolute URL');
  return new URL(text);
}

function lookupAll(host: string): Promise<readonly { address: string; family: number }[]> {
  return new Promise((accept, reject) => {
    resolve(host, { all: true }, (error, found) => (error ? reject(error) : accept(found)));
  });
}

const notPublic = (host: string) => `${host} has no public address; name its network in allowNetworks`;

/** Path and query may hold a secret (a chat webhook does), so only the origin is told. */
const refused = (url: URL, why: string) =>
  new WolfsecError('WOLFSEC_ADDRESS_REFUSED', `${url.origin}: ${why}`);

import { isIPv6 } from 'node:net';
import { invalidArgument } from '../errors.ts';
import { IpSet } from '../match/index.ts';

/**
 * Whom to believe about the client's address: `false` nobody (the connection's own address),
 * a number that many proxies in front, or the networks (CIDR) that proxies stand in.
 */
export type TrustProxy = false | number | readonly string[];

/**
 * Tells the client's address, believing `X-Forwarded-For` only as far as proxies are trusted.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for what trusts neither nobody, nor a number of proxies, nor networks.
 */
export function clientAddressReader(
  trust: TrustProxy = false,
): (remote: string, forwarded?: string) => string {
  if (trust === false) return (remote) => plain(remote);
  if (Array.isArray(trust) ? false : !(Number.isSafeInteger(trust) && (trust as number) >= 0))
    throw invalidArgument('trustProxy', 'false, a whole number of proxies or a list of their networks');
  if (typeof trust === 'number') {
    return (remote, forwarded) => {
      const chain = [...split(forwarded), plain(remote)];
      return chain[Math.max(0, chain.length - 1 - trust)] as string;
    };
  }
  const proxies = IpSet.parse(trust.join('\n'));
  return (remote, forwarded) => {
    const chain = [...split(forwarded), plain(remote)];
    // From the nearest hop outwards: the first that is no trusted proxy is the client.
    for (let at = chain.length - 1; at > 0; at--) {
      if (!isIn(proxies, chain[at] as string)) return chain[at] as string;
    }
    return chain[0] as string;
  };
}

/**
 * What counts as one client: an IPv4 address, in whatever spelling, or the /64 of an IPv6 one, all of whose addresses one
 * subscriber has. Limits, bans and the signals of bots go by it.
 */
export function clientKey(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address.split('%', 1)[0] as string);
  const prefix = groups.slice(0, 6).join(':');
  if (holdingIpv4.has(prefix)) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The first six groups of mapped IPv4 addresses (RFC 4291 section 2.5.5.2) and of NAT64 (RFC 6052), as numbers. */
const holdingIpv4: ReadonlySet<string> = new Set(['0:0:0:0:0:65535', '100:65435:0:0:0:0']);

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [front = [], back] = address.split('::', 2).map((part) =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => {
          if (!group.includes('.')) return [Number.parseInt(group, 16)];
          const [a, b, c, d] = group.split('.').map(Number) as [number, number, number, number];
          return [(a << 8) | b, (c << 8) | d];
        }),
  );
  return back ? [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back] : front;
}

/** Whether a set holds an address; what is no address is in none. */
export function isIn(set: IpSet<string>, address: string): boolean {
  try {
    return set.has(address);
  } catch {
    // A header may say anything: text that is no address is in no network.
    return false;
  }
}

function split(forwarded: string | undefined): string[] {
  if (forwarded === undefined) return [];
  return forwarded
    .slice(-2048)
    .split(',')
    .map((part) => plain(part.trim()))
    .filter((part) => part !== '');
}

/** Without brackets, port, and the IPv6 spelling of an IPv4 address. */
function plain(address: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1];
  const bare =
    bracketed ??
    (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(address) ? address.slice(0, address.indexOf(':')) : address);
  return bare.startsWith('::ffff:') && bare.includes('.') ? bare.slice(7) : bare;
}

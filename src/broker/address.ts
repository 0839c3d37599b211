import { invalidArgument } from '../errors.ts';

/** `scheme://user:password@a:1,b:2/…?query`, taken apart. */
export interface Address {
  readonly scheme: string;
  readonly user?: string;
  /** `undefined` where there is no colon after the user. */
  readonly password?: string;
  readonly hosts: readonly string[];
  readonly query: URLSearchParams;
}

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT`, which tells nothing of the address but its scheme. */
export function addressOf(url: string): Address {
  const [, scheme = '', credentials, listed = '', query] =
    /^([^:]*):\/\/(?:(.*)@)?([^@/?]*)(?:\/[^?]*)?(?:\?(.*))?$/.exec(url) ?? [];
  const hosts = listed.split(',').filter((host) => host !== '');
  if (hosts.length === 0 || !hosts.every(isHost))
    throw invalidArgument('the broker', `${scheme}://host:port[,host:port]`);
  const address = { scheme, hosts, query: new URLSearchParams(query) };
  if (credentials === undefined) return address;
  // A password may hold colons; only the first one parts it from the user.
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/.exec(credentials) ?? [];
  try {
    const known = { ...address, user: decodeURIComponent(user) };
    return password === undefined ? known : { ...known, password: decodeURIComponent(password) };
  } catch {
    throw invalidArgument('user and password of the broker', 'percent-encoded: a % is %25');
  }
}

function isHost(text: string): boolean {
  const [, port = '1'] = /^(?:\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text) ?? ['', '0'];
  return Number(port) > 0 && Number(port) < 65_536;
}

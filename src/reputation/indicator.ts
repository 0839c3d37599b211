import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** What an indicator is: an address, a name, a URL, a digest. */
export type IndicatorKind = 'ip' | 'domain' | 'hash';

/** Something that tells of an attack where it is seen, and how sure that is. */
export interface Indicator {
  readonly kind: IndicatorKind;
  /** As it is compared: an address, a lower-case ASCII domain, lower-case hex. */
  readonly value: string;
}

/** MD5, SHA-1, SHA-256 or SHA-512 in hex. */
const digest = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i;
const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** Tells what a text is; `undefined` for what is none of the kinds. A CIDR prefix counts as `ip`. */
export function indicatorOf(text: string): Indicator | undefined {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > 300) return undefined;
  const slash = trimmed.indexOf('/');
  const address = slash === -1 ? trimmed : trimmed.slice(0, slash);
  const version = isIP(address);
  // A zone (`fe80::1%eth0`) says something on its own machine alone.
  if (version !== 0 && !address.includes('%')) {
    const length = slash === -1 ? undefined : trimmed.slice(slash + 1);
    if (length !== undefined && !isLength(length, version)) return undefined;
    return { kind: 'ip', value: version === 4 ? trimmed : spelling6(address, length) };
  }
  if (slash !== -1) return undefined;
  if (digest.test(trimmed)) return { kind: 'hash', value: trimmed.toLowerCase() };
  const domain = domainOf(trimmed);
  return domain === undefined ? undefined : { kind: 'domain', value: domain };
}

/** IPv6 as RFC 5952 spells it; an IPv4 address in its clothes (`::ffff:192.0.2.1`) is the IPv4 address. */
function spelling6(address: string, length: string | undefined): string {
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const prefix = length === undefined ? '' : `/${length}`;
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain);
  if (!mapped || (length !== undefined && Number(length) < 96)) return plain + prefix;
  const [high, low] = mapped.slice(1).map((half) => Number.parseInt(half, 16)) as [number, number];
  const bits = length === undefined ? '' : `/${Number(length) - 96}`;
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}${bits}`;
}

const isLength = (text: string, version: number) =>
  /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= (version === 4 ? 32 : 128);

function domainOf(text: string): string | undefined {
  // Feeds write `*.example.com`, `.example.com` and the defanged `example[.]com`.
  const plain = text
    .replaceAll('[.]', '.')
    .replace(/^\*?\./, '')
    .replace(/\.$/, '');
  const ascii = /^[\x21-\x7e]+$/.test(plain) ? plain.toLowerCase() : domainToASCII(plain);
  const labels = ascii.split('.');
  if (labels.length < 2 || ascii.length > 253 || !labels.every((one) => label.test(one))) return undefined;
  // A last label of digits is a mistyped address, not a domain.
  return /^\d+$/.test(labels.at(-1) as string) ? undefined : ascii;
}

/** The domain and those above it, longest first, but for the top level. */
export function* withParents(domain: string): Generator<string> {
  for (let from = 0; ; ) {
    yield from === 0 ? domain : domain.slice(from);
    const dot = domain.indexOf('.', from);
    if (dot === -1 || domain.indexOf('.', dot + 1) === -1) return;
    from = dot + 1;
  }
}

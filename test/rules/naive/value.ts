/**
 * The plainest reading of Sigma's value modifiers (Sigma specification 2.x, "modifiers"), slow and obvious on
 * purpose: it holds the starter rules to their own test events without the engine.
 */
export type Event = Readonly<Record<string, unknown>>;
type Test = (value: unknown, event: Event) => boolean;

/** A pattern with `*`, `?` and backslash escapes, as the source of a regular expression. */
function wildcardSource(pattern: string): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    const next = pattern[at + 1];
    if (char === '\\' && next !== undefined && '*?\\'.includes(next)) {
      source += `\\${next}`;
      at++;
    } else if (char === '*') source += '[^]*';
    else if (char === '?') source += '[^]';
    else source += char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  return source;
}

/** Base64 of the text at each of the three byte offsets, less the characters that neighbours influence. */
function base64Offsets(text: string): string[] {
  const cutStart = [0, 2, 3];
  const cutEnd = [undefined, -3, -2];
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, 0x20), bytes]).toString('base64');
    return encoded.slice(cutStart[offset], cutEnd[(bytes.length + offset) % 3]);
  });
}

function dashVariants(text: string): string[] {
  return [text, ...['-', '/', '–', '—', '―'].map((dash) => text.replace(/\B[-/](?=\b)/g, dash))];
}

function ipv4Bits(address: string): bigint | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function ipv6Bits(address: string): bigint | undefined {
  if (!address.includes(':')) return undefined;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...right];
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function inNetwork(address: string, network: string): boolean {
  const [base = '', length = ''] = network.split('/');
  for (const [bits, width] of [[ipv4Bits, 32n] as const, [ipv6Bits, 128n] as const]) {
    const one = bits(address);
    const two = bits(base);
    if (one !== undefined && two !== undefined) {
      const host = width - BigInt(length);
      return one >> host === two >> host;
    }
  }
  return false;
}

/** The values at a dotted path; arrays stand for each of their elements. */
export function fieldValues(event: unknown, path: string): unknown[] {
  if (Array.isArray(event)) return event.flatMap((element) => fieldValues(element, path));
  if (typeof event !== 'object' || event === null) return [];
  const found: unknown[] = [];
  for (const [name, value] of Object.entries(event)) {
    if (name === path) found.push(...(Array.isArray(value) ? value : [value]));
    else if (path.startsWith(`${name}.`)) found.push(...fieldValues(value, path.slice(name.length + 1)));
  }
  return found;
}

function comparison(modifier: string, expected: number): Test {
  return (value) => {
    const actual = Number(value);
    if (modifier === 'gt') return actual > expected;
    if (modifier === 'gte') return actual >= expected;
    if (modifier === 'lt') return actual < expected;
    return actual <= expected;
  };
}

/** The test that `field|modifiers: expected` puts to one value of the field. */
export function valueTest(modifiers: readonly string[], expected: unknown): Test {
  const has = (modifier: string) => modifiers.includes(modifier);
  const order = modifiers.find((modifier) => /^(?:gt|gte|lt|lte)$/.test(modifier));
  if (order !== undefined) return comparison(order, Number(expected));
  if (expected === null) return (value) => value === null || value === undefined;
  const text = String(expected);
  if (has('re')) {
    const regex = new RegExp(text, has('i') ? 'iu' : 'u');
    return (value) => regex.test(String(value));
  }
  if (has('cidr')) return (value) => inNetwork(String(value), text);
  if (has('fieldref')) {
    return (value, event) =>
      fieldValues(event, text).some((other) => String(other).toLowerCase() === String(value).toLowerCase());
  }
  let patterns = [text];
  if (has('windash')) patterns = patterns.flatMap(dashVariants);
  if (has('base64offset')) patterns = patterns.flatMap(base64Offsets);
  const any = '[^]*';
  const sources = patterns.map((pattern) => {
    const before = has('contains') || has('endswith') ? any : '';
    const after = has('contains') || has('startswith') ? any : '';
    return new RegExp(
      `^${before}${wildcardSource(pattern)}${after}$`,
      has('cased') || has('base64offset') ? '' : 'i',
    );
  });
  return (value) => sources.some((source) => source.test(String(value)));
}

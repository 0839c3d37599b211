import { crc32 } from 'node:zlib';
import { randomText } from '../../crypto/random/text.ts';
import { invalidArgument } from '../../errors.ts';

// prefix_ + 16 characters of public id + 43 of secret + 6 of checksum, all base62: a double click selects
// the whole key, and a scanner for leaked secrets can tell a key from look-alikes without asking anybody.
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const keyIdChars = 16;
const secretChars = 43;
const checksumChars = 6;
export const keyBodyChars = keyIdChars + secretChars + checksumChars;

/** Checks a prefix: lower case letters, digits and single underscores, e.g. `acme` or `acme_live`. */
export function keyPrefix(prefix: string): string {
  if (typeof prefix === 'string' && prefix.length <= 24 && /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(prefix)) {
    return prefix;
  }
  throw invalidArgument('prefix', 'up to 24 lower case letters, digits and single underscores');
}

/** A fresh key under a checked prefix. */
export function makeKey(prefix: string): { readonly key: string; readonly id: string } {
  const id = randomText(keyIdChars, base62);
  const body = `${prefix}_${id}${randomText(secretChars, base62)}`;
  return { key: body + checksum(body), id };
}

/** Whether the checksum at the end belongs to the rest: false for look-alikes and mistyped keys. */
export function isWellFormedKey(prefix: string, key: string): boolean {
  if (key.length !== prefix.length + 1 + keyBodyChars || !key.startsWith(`${prefix}_`)) return false;
  const body = key.slice(0, -checksumChars);
  return /^[0-9A-Za-z]+$/.test(key.slice(prefix.length + 1)) && key.endsWith(checksum(body));
}

/** CRC-32 of the text before it, in six digits of base62. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < checksumChars; i++) {
    digits = base62[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** A regular expression that finds keys of this prefix in text, for secret scanners. */
export function keyPattern(prefix: string): RegExp {
  return new RegExp(`\\b${keyPrefix(prefix)}_[0-9A-Za-z]{${keyBodyChars}}\\b`, 'g');
}

/**
 * The keys of this prefix in `text` whose checksum holds: leaked ones, not look-alikes. They may stand right behind other
 * letters, as behind an escaped line end: the checksum tells.
 */
export function findKeys(prefix: string, text: string): string[] {
  const anywhere = new RegExp(`${keyPrefix(prefix)}_[0-9A-Za-z]{${keyBodyChars}}`, 'g');
  return (text.match(anywhere) ?? []).filter((key) => isWellFormedKey(prefix, key));
}

import { invalidArgument } from '../../errors.ts';

/** Attributes of the session cookie; the defaults are the strict ones. */
export interface CookieOptions {
  /** Without the `__Host-` that is put before it. Default `session`. */
  readonly name?: string;
  /** Default `Lax`; `None` for a site shown inside others. */
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
  /** Life in the browser, in milliseconds. Default: until the browser closes. */
  readonly maxAgeMs?: number;
  /**
   * For a page of this machine that is served on loopback without TLS: no prefix and not Secure, which not every
   * browser takes there. Default `false`.
   */
  readonly loopback?: boolean;
}

/** The name that is sent: the prefix makes the browser insist on Secure, `Path=/` and no Domain (RFC 6265bis). */
export const cookieName = (name = 'session', loopback = false): string =>
  loopback ? name : `__Host-${name}`;

/**
 * A `Set-Cookie` value: `__Host-`, Secure, HttpOnly, SameSite.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a name or value that a cookie cannot hold.
 */
export function setCookie(value: string, options: CookieOptions = {}): string {
  const { name = 'session', sameSite = 'Lax', maxAgeMs, loopback = false } = options;
  if (!/^[\w-]{1,64}$/.test(name)) throw invalidArgument('name', '1 to 64 letters, digits, _ and -');
  if (typeof value !== 'string' || !/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{0,3072}$/.test(value)) {
    throw invalidArgument('value', 'at most 3072 characters that a cookie can hold');
  }
  const age = maxAgeMs === undefined ? '' : `; Max-Age=${Math.floor(maxAgeMs / 1000)}`;
  const secure = loopback ? '' : '; Secure';
  return `${cookieName(name, loopback)}=${value}; Path=/${secure}; HttpOnly; SameSite=${sameSite}${age}`;
}

/** A `Set-Cookie` value that takes the cookie away. */
export const clearCookie = (options: Omit<CookieOptions, 'maxAgeMs'> = {}): string =>
  setCookie('', { ...options, maxAgeMs: 0 });

/** The longest `Cookie` header that is looked at. */
const maxHeaderChars = 16_384;

/**
 * The value of a cookie in a `Cookie` header. `undefined` where it is absent, and where it is there twice:
 * one of the two was planted.
 */
export function readCookie(
  header: string | undefined,
  name = 'session',
  loopback = false,
): string | undefined {
  if (header === undefined || header.length > maxHeaderChars) return undefined;
  const wanted = `${cookieName(name, loopback)}=`;
  let found: string | undefined;
  for (let from = 0; from < header.length; ) {
    while (header.charCodeAt(from) === 0x20) from++;
    const semicolon = header.indexOf(';', from);
    const end = semicolon < 0 ? header.length : semicolon;
    if (header.startsWith(wanted, from)) {
      if (found !== undefined) return undefined;
      found = header.slice(from + wanted.length, end).trimEnd();
    }
    from = end + 1;
  }
  return found;
}

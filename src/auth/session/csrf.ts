import { constantTimeEqual } from '../../crypto/compare.ts';
import { MacKey } from '../../crypto/index.ts';
import { randomToken } from '../../crypto/random/text.ts';
import { invalidArgument } from '../../errors.ts';

const nonceChars = 22;
const tokenChars = 65;

/**
 * Tokens against cross-site request forgery: a nonce and its MAC with the session's id, so that a token is
 * good for its session alone and nothing need be stored (OWASP "signed double-submit cookie").
 */
export class CsrfTokens {
  readonly #key: MacKey;

  /**
   * @param secret at least 32 bytes, the same in every process. Default: random, good until a restart.
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a shorter one.
   */
  constructor(secret?: Uint8Array) {
    if (secret !== undefined && !(secret instanceof Uint8Array && secret.length >= 32)) {
      throw invalidArgument('secret', 'at least 32 bytes');
    }
    this.#key = secret ? MacKey.import('hmac-sha256', secret) : MacKey.generate('hmac-sha256');
  }

  /** A token for a page, or for a header set by script; each call gives another one. */
  issue(sessionId: string): string {
    const nonce = randomToken(16);
    return nonce + this.#mac(sessionId, nonce);
  }

  /** Whether the token was made for this session, in constant time. Anything but a string is `false`. */
  verify(sessionId: string, token: unknown): boolean {
    if (typeof token !== 'string' || token.length !== tokenChars) return false;
    return constantTimeEqual(token.slice(nonceChars), this.#mac(sessionId, token.slice(0, nonceChars)));
  }

  #mac(sessionId: string, nonce: string): string {
    return this.#key.sign(`csrf ${nonce} ${sessionId}`).toString('base64url');
  }
}

/** Whether a method changes nothing (RFC 9110 section 9.2.1), so that forging it gains nothing. */
export const isSafeMethod = (method: string): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';

/**
 * Whether a browser says that another site made it send this: by `Sec-Fetch-Site`, else by an `Origin`
 * that is not among ours. Programs send neither, and have no cookies to abuse.
 */
export function isCrossSite(
  header: (name: string) => string | undefined,
  ownOrigins: readonly string[],
): boolean {
  const origin = header('origin');
  if (origin !== undefined && ownOrigins.includes(origin)) return false;
  const site = header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && ownOrigins.length > 0;
}

import { randomToken } from '../../../crypto/random/text.ts';
import { invalidArgument, WolfsecError } from '../../../errors.ts';
import { spanMs } from '../../arguments.ts';
import type { Claims } from '../claims.ts';
import { JwtKey } from './key.ts';
import { JwtKeys } from './keys.ts';

/** Settings of {@link JwtSigner}. */
export interface JwtSignerOptions {
  /** The key that signs, or a set whose current key does. */
  readonly keys: JwtKey | JwtKeys;
  readonly issuer: string;
  /** For whom, unless the claims say so. */
  readonly audience?: string | readonly string[];
  /** How long a token lives, in milliseconds. Default five minutes. */
  readonly lifetimeMs?: number;
  /** The header's `typ`. Default `JWT`; `at+jwt` for access tokens (RFC 9068). */
  readonly type?: string;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Makes signed tokens. */
export class JwtSigner {
  readonly #keys: JwtKeys;
  readonly #options: JwtSignerOptions;
  readonly #lifetimeS: number;
  readonly #heads = new Map<JwtKey, string>();

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option out of range. */
  constructor(options: JwtSignerOptions) {
    if (typeof options.issuer !== 'string' || options.issuer === '')
      throw invalidArgument('issuer', 'a string');
    this.#keys = options.keys instanceof JwtKey ? new JwtKeys(options.keys) : options.keys;
    this.#lifetimeS = Math.floor(spanMs('lifetimeMs', options.lifetimeMs ?? 300_000) / 1000);
    this.#options = options;
  }

  /**
   * Signs claims. `iss`, `iat`, `exp`, `jti` and `aud` are filled in where they are absent; one that is given as
   * `undefined` is left out.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` where the key can only verify, or the claims are no JSON.
   */
  sign(claims: Claims): string {
    const { issuer, audience, now = Date.now } = this.#options;
    const nowS = Math.floor(now() / 1000);
    const full: Claims = {
      iss: issuer,
      ...(audience === undefined ? {} : { aud: audience }),
      iat: nowS,
      exp: nowS + this.#lifetimeS,
      jti: randomToken(16),
      ...claims,
    };
    const key = this.#keys.current;
    const body = `${this.#head(key)}.${Buffer.from(jsonOf(full), 'utf8').toString('base64url')}`;
    const signature = key.sign(Buffer.from(body, 'latin1'));
    return `${body}.${Buffer.from(signature).toString('base64url')}`;
  }

  #head(key: JwtKey): string {
    let head = this.#heads.get(key);
    if (head === undefined) {
      const header = { alg: key.algorithm, typ: this.#options.type ?? 'JWT', kid: key.kid };
      head = Buffer.from(JSON.stringify(header)).toString('base64url');
      this.#heads.clear();
      this.#heads.set(key, head);
    }
    return head;
  }
}

function jsonOf(claims: Claims): string {
  try {
    return JSON.stringify(claims);
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', 'claims must be JSON', { cause });
  }
}

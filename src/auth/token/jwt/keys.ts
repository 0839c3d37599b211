import { invalidArgument } from '../../../errors.ts';
import type { Jwk, JwtKey } from './key.ts';

/** Where a verifier finds keys. */
export interface JwtKeySource {
  /**
   * The key that `kid` names, or without one the only key there is. At once where it is at hand, else a
   * promise; `undefined` where there is none.
   */
  find(kid: string | undefined): JwtKey | undefined | Promise<JwtKey | undefined>;
}

/** A set of keys of our own: the first signs, all verify. */
export class JwtKeys implements JwtKeySource {
  #keys: readonly JwtKey[] = [];
  #byKid: ReadonlyMap<string, JwtKey> = new Map();

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for no key, and for several of which one has no `kid` of its own. */
  constructor(...keys: readonly JwtKey[]) {
    this.#set(keys);
  }

  /** The key that signs. */
  get current(): JwtKey {
    return this.#keys[0] as JwtKey;
  }

  find(kid: string | undefined): JwtKey | undefined {
    if (kid !== undefined) return this.#byKid.get(kid);
    return this.#keys.length === 1 ? this.#keys[0] : undefined;
  }

  /**
   * Lets `next` sign from now on. Earlier keys still verify until they are retired: publish a key before it
   * signs, and retire the old one when its last token has expired.
   */
  rotate(next: JwtKey): void {
    this.#set([next, ...this.#keys]);
  }

  /** Adds a key that verifies but does not sign yet, so that others can fetch it in time. */
  announce(next: JwtKey): void {
    this.#set([...this.#keys, next]);
  }

  /** Takes a key out: tokens that it signed are refused from now on. `false` where it is not there. */
  retire(kid: string): boolean {
    const left = this.#keys.filter((key) => key.kid !== kid);
    if (left.length === this.#keys.length) return false;
    this.#set(left);
    return true;
  }

  /** The public halves as a JWK set, for `/.well-known/jwks.json`. Shared secrets are never in it. */
  publicJwks(): { readonly keys: readonly Jwk[] } {
    return { keys: this.#keys.map((key) => key.publicJwk).filter((jwk) => jwk !== undefined) };
  }

  #set(keys: readonly JwtKey[]): void {
    if (keys.length === 0) throw invalidArgument('keys', 'at least one key');
    const byKid = new Map<string, JwtKey>();
    for (const key of keys) {
      if (key.kid === undefined && keys.length > 1)
        throw invalidArgument('keys', 'keys with a kid, where there are several');
      if (key.kid !== undefined && byKid.has(key.kid))
        throw invalidArgument('keys', 'keys of which each has a kid of its own');
      if (key.kid !== undefined) byKid.set(key.kid, key);
    }
    this.#keys = keys;
    this.#byKid = byKid;
  }
}

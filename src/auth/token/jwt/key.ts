import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type JwsAlgorithm,
  type JwsSigningKey,
  type JwsVerifyKey,
  jwsAlgorithms,
} from '../../../backend/contract/auth.ts';
import { activeBackend } from '../../../backend/select.ts';
import { randomBytes } from '../../../crypto/random/bytes.ts';
import { randomToken } from '../../../crypto/random/text.ts';
import { invalidArgument } from '../../../errors.ts';

/** A JSON Web Key (RFC 7517) as the key sets of the world spell it. */
export interface Jwk {
  readonly kty?: string;
  readonly alg?: string;
  readonly kid?: string;
  readonly use?: string;
  readonly key_ops?: readonly string[];
  readonly crv?: string;
  readonly k?: string;
  readonly x?: string;
  readonly y?: string;
  readonly d?: string;
  readonly [name: string]: unknown;
}

export type { JwsAlgorithm };

/** HS256 wants a secret as long as its hash (RFC 7518 section 3.2). */
const minSecretBytes = 32;
const none = new Uint8Array();

/** A key for one algorithm, and no other. Its secret part never leaves it. */
export class JwtKey {
  readonly algorithm: JwsAlgorithm;
  /** What tokens name it by; `undefined` for a key that is the only one. */
  readonly kid: string | undefined;
  /** Whether it can sign, not only verify. */
  readonly canSign: boolean;
  readonly #verify: JwsVerifyKey;
  readonly #sign: JwsSigningKey | undefined;
  readonly #publicJwk: Jwk | undefined;

  private constructor(parts: {
    algorithm: JwsAlgorithm;
    kid: string | undefined;
    verify: Uint8Array;
    secret: Uint8Array | undefined;
    publicJwk: Jwk | undefined;
  }) {
    const { algorithm, kid, verify, secret, publicJwk } = parts;
    const { auth } = activeBackend();
    this.algorithm = algorithm;
    this.kid = kid;
    this.#publicJwk = publicJwk;
    this.#verify = auth.openVerifyKey(algorithm, verify);
    this.#sign = secret && auth.openSigningKey(algorithm, secret, algorithm === 'ES256' ? verify : none);
    this.canSign = secret !== undefined;
    secret?.fill(0);
  }

  /** A fresh key with a random `kid`, unless one is given. */
  static generate(algorithm: JwsAlgorithm, kid: string = randomToken(16)): JwtKey {
    if (algorithm === 'HS256') return JwtKey.secret(randomBytes(minSecretBytes), kid);
    if (!(algorithm in jwsAlgorithms)) throw invalidArgument('algorithm', 'HS256, ES256 or EdDSA');
    const { privateKey } =
      algorithm === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return JwtKey.import({ ...privateKey.export({ format: 'jwk' }), kid, alg: algorithm });
  }

  /**
   * A shared secret for HS256.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` below 32 bytes.
   */
  static secret(secret: Uint8Array, kid?: string): JwtKey {
    if (!(secret instanceof Uint8Array) || secret.length < minSecretBytes) {
      throw invalidArgument('secret', `at least ${minSecretBytes} bytes`);
    }
    const parts = {
      algorithm: 'HS256',
      verify: secret,
      secret: Uint8Array.from(secret),
      publicJwk: undefined,
    } as const;
    return new JwtKey({ ...parts, kid: checkedKid(kid) });
  }

  /**
   * A key from a PEM: private (PKCS #8) to sign and verify, public (SPKI) to verify.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for anything but Ed25519 and P-256.
   */
  static pem(pem: string, kid?: string): JwtKey {
    let key: KeyObject;
    try {
      key = pem.includes('PRIVATE KEY') ? createPrivateKey(pem) : createPublicKey(pem);
    } catch {
      throw invalidArgument('pem', 'a PEM with an Ed25519 or P-256 key');
    }
    if (key.asymmetricKeyType !== 'ed25519' && key.asymmetricKeyType !== 'ec') {
      throw invalidArgument('pem', 'a PEM with an Ed25519 or P-256 key');
    }
    return JwtKey.import({ ...key.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }) });
  }

  /**
   * A key from a JWK: `oct`, `EC` on P-256, `OKP` on Ed25519; with `d` it can sign.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for another kind, another `alg` than the kind's own,
   *   `use` or `key_ops` that forbid signatures, and numbers that are no key.
   */
  static import(jwk: Jwk): JwtKey {
    if (typeof jwk !== 'object' || jwk === null) throw invalidArgument('jwk', 'a JSON Web Key');
    const algorithm = algorithmOf(jwk);
    if (jwk.use !== undefined && jwk.use !== 'sig') throw invalidArgument('jwk.use', 'sig');
    const kid = checkedKid(jwk.kid);
    if (algorithm === 'HS256') return JwtKey.secret(coordinate(jwk, 'k'), kid);
    const secret = jwk.d === undefined ? undefined : coordinate(jwk, 'd', 32);
    const x = coordinate(jwk, 'x', 32);
    const common = { kty: jwk.kty as string, crv: jwk.crv as string, x: jwk.x as string };
    const tail = { alg: algorithm, use: 'sig', ...(kid === undefined ? {} : { kid }) };
    if (algorithm === 'EdDSA') {
      const key = new JwtKey({ algorithm, kid, verify: x, secret, publicJwk: { ...common, ...tail } });
      if (key.canSign && !isPair(key)) throw invalidArgument('jwk.x', 'the public half of jwk.d');
      return key;
    }
    const verify = Buffer.concat([[4], x, coordinate(jwk, 'y', 32)].map((part) => Uint8Array.from(part)));
    return new JwtKey({
      algorithm,
      kid,
      verify,
      secret,
      publicJwk: { ...common, y: jwk.y as string, ...tail },
    });
  }

  /** The public half, to be published; `undefined` for a shared secret, which has none. */
  get publicJwk(): Jwk | undefined {
    return this.#publicJwk;
  }

  /** For {@link JwtVerifier}: see `JwsVerifyKey`. */
  verify(token: string, payload: Uint8Array): number {
    return this.#verify.verify(token, payload);
  }

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` where the key can only verify. */
  sign(message: Uint8Array): Uint8Array {
    if (!this.#sign) throw invalidArgument('key', 'one that can sign, not a public key');
    return this.#sign.sign(message);
  }
}

function algorithmOf({ kty, crv, alg, key_ops: operations }: Jwk): JwsAlgorithm {
  const found =
    kty === 'oct'
      ? 'HS256'
      : kty === 'EC' && crv === 'P-256'
        ? 'ES256'
        : kty === 'OKP' && crv === 'Ed25519'
          ? 'EdDSA'
          : undefined;
  if (found === undefined) throw invalidArgument('jwk', 'of type oct, EC with P-256 or OKP with Ed25519');
  // RFC 9864 names the same algorithm after its curve.
  if (alg !== undefined && alg !== found && !(alg === 'Ed25519' && found === 'EdDSA')) {
    throw invalidArgument('jwk.alg', found);
  }
  if (operations !== undefined && !Array.isArray(operations)) throw invalidArgument('jwk.key_ops', 'a list');
  if (operations && !operations.some((operation) => operation === 'verify' || operation === 'sign')) {
    throw invalidArgument('jwk.key_ops', 'with sign or verify');
  }
  return found;
}

/** Whether what a key signs holds under it: for ES256 the back end sees to it. */
function isPair(key: JwtKey): boolean {
  const message = 'e30.e30';
  const signature = Buffer.from(key.sign(Buffer.from(message))).toString('base64url');
  return key.verify(`${message}.${signature}`, new Uint8Array(16)) >= 0;
}

function checkedKid(kid: unknown): string | undefined {
  if (kid === undefined || (typeof kid === 'string' && kid !== '' && kid.length <= 256)) return kid;
  throw invalidArgument('kid', 'a string of 1 to 256 characters');
}

function coordinate(jwk: Jwk, member: 'k' | 'x' | 'y' | 'd', bytes?: number): Uint8Array {
  const text = jwk[member];
  const decoded =
    typeof text === 'string' && /^[\w-]+$/.test(text) ? Buffer.from(text, 'base64url') : undefined;
  if (decoded && (bytes === undefined || decoded.length === bytes)) return Uint8Array.from(decoded);
  throw invalidArgument(`jwk.${member}`, `base64url${bytes === undefined ? '' : ` of ${bytes} bytes`}`);
}

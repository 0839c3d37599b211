/** Algorithms of JSON Web Signatures, numbered as they cross the boundary. */
export const jwsAlgorithms = { HS256: 0, ES256: 1, EdDSA: 2 } as const;
/** An algorithm of JSON Web Signatures (RFC 7518, RFC 8037). */
export type JwsAlgorithm = keyof typeof jwsAlgorithms;

/** Bytes of the digest that stands for a token. */
export const tokenDigestBytes = 32;

/** What {@link JwsVerifyKey.verify} gives in place of a length. */
export const jwsMalformed = -1;
export const jwsBadSignature = -2;

export interface JwsVerifyKey {
  /**
   * Checks a compact serialisation and writes its payload, UTF-8, into `payload`, which has room for the
   * token's length. Gives the payload's length, {@link jwsMalformed} or {@link jwsBadSignature}.
   */
  verify(token: string, payload: Uint8Array): number;
}

export interface JwsSigningKey {
  /** The signature: 32 bytes for HS256, 64 for the others. */
  sign(message: Uint8Array): Uint8Array;
}

/** Credentials as they are presented. */
export interface AuthBackend {
  /** Writes the SHA-256 of `token`, ASCII of at most 252 characters, into `out`. */
  tokenDigest(token: string, out: Uint8Array): void;
  /** Whether `token` has that digest, compared in constant time. */
  tokenMatches(token: string, digest: Uint8Array): boolean;
  /**
   * `key`: the secret for HS256, the uncompressed point (65 bytes) for ES256, the 32 bytes of RFC 8032 for
   * EdDSA. Throws `WOLFSEC_INVALID_ARGUMENT` where it lies on no curve or has small order.
   */
  openVerifyKey(algorithm: JwsAlgorithm, key: Uint8Array): JwsVerifyKey;
  /** `publicKey` is the uncompressed point of an ES256 key, and empty for the others. */
  openSigningKey(algorithm: JwsAlgorithm, secret: Uint8Array, publicKey: Uint8Array): JwsSigningKey;
}

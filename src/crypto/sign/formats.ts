import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { KeyPairAlgorithm } from '../../backend/contract/sign.ts';
import { WolfsecError } from '../../errors.ts';

export type { JsonWebKey };

const curves: Readonly<Record<KeyPairAlgorithm, { readonly kty: string; readonly crv: string }>> = {
  ed25519: { kty: 'OKP', crv: 'Ed25519' },
  'ecdsa-p256': { kty: 'EC', crv: 'P-256' },
  x25519: { kty: 'OKP', crv: 'X25519' },
};

/** The 32 bytes of a private key in PEM (PKCS #8, SEC 1) or JWK (RFC 7517, 8037). */
export function privateBytes(algorithm: KeyPairAlgorithm, key: string | JsonWebKey): Buffer {
  const jwk = read(algorithm, key, (text) => createPrivateKey(text));
  return field(jwk.d, 32, 'd');
}

/** The bytes of a public key in PEM (SPKI) or JWK; P-256 as an uncompressed point. */
export function publicBytes(algorithm: KeyPairAlgorithm, key: string | JsonWebKey): Buffer {
  const jwk = read(algorithm, key, (text) => createPublicKey(text));
  const x = field(jwk.x, 32, 'x');
  return algorithm === 'ecdsa-p256' ? Buffer.concat([Buffer.of(4), x, field(jwk.y, 32, 'y')]) : x;
}

/** A public key as JWK. */
export function publicJwk(algorithm: KeyPairAlgorithm, bytes: Uint8Array): JsonWebKey {
  const { kty, crv } = curves[algorithm];
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('base64url');
  return algorithm === 'ecdsa-p256'
    ? { kty, crv, x: text(1, 33), y: text(33, 65) }
    : { kty, crv, x: text(0, 32) };
}

/** A public key as PEM (SPKI). */
export function publicPem(algorithm: KeyPairAlgorithm, bytes: Uint8Array): string {
  const key = createPublicKey({ key: publicJwk(algorithm, bytes), format: 'jwk' });
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

function read(
  algorithm: KeyPairAlgorithm,
  key: string | JsonWebKey,
  parse: (text: string) => KeyObject,
): JsonWebKey {
  let jwk: JsonWebKey;
  try {
    jwk = typeof key === 'string' ? parse(key).export({ format: 'jwk' }) : key;
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_INVALID_KEY', 'key is not PEM that can be read', { cause });
  }
  const { kty, crv } = curves[algorithm];
  if (jwk?.kty !== kty || jwk.crv !== crv) {
    throw new WolfsecError(
      'WOLFSEC_INVALID_KEY',
      `key must be of the curve ${crv} (${kty}) for ${algorithm}`,
    );
  }
  return jwk;
}

function field(value: unknown, length: number, name: string): Buffer {
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64url');
  if (bytes.length !== length) {
    throw new WolfsecError('WOLFSEC_INVALID_KEY', `key lacks "${name}", or it has not ${length} bytes`);
  }
  return bytes;
}

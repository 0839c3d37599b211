import { isUtf8 } from 'node:buffer';
import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  sign as signMessage,
  verify as verifySignature,
} from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { invalidArgument } from '../../../errors.ts';
import {
  type JwsAlgorithm,
  type JwsSigningKey,
  type JwsVerifyKey,
  jwsBadSignature,
  jwsMalformed,
} from '../../contract/auth.ts';
import { portableCompare } from '../compare.ts';
import { decodeBase64Url } from './base64url.ts';

/** The longest of the signatures: Ed25519 and P-256. */
const maxSignatureBytes = 64;

type Holds = (message: Uint8Array, signature: Uint8Array) => boolean;

export function openVerifyKey(algorithm: JwsAlgorithm, key: Uint8Array): JwsVerifyKey {
  const holds = verifier(algorithm, Uint8Array.from(key));
  return { verify: (token, payload) => verify(holds, token, payload) };
}

function verify(holds: Holds, token: string, payload: Uint8Array): number {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first < 0 || second < 0 || token.includes('.', second + 1)) return jwsMalformed;
  const signature = decodeBase64Url(token, second + 1, token.length);
  if (!signature || signature.length > maxSignatureBytes) return jwsMalformed;
  if (!holds(Buffer.from(token.slice(0, second), 'utf8'), signature)) return jwsBadSignature;
  const decoded = decodeBase64Url(token, first + 1, second);
  if (!decoded || !isUtf8(decoded)) return jwsMalformed;
  payload.set(decoded);
  return decoded.length;
}

function verifier(algorithm: JwsAlgorithm, key: Uint8Array): Holds {
  if (algorithm === 'HS256') {
    const keyed = hmac.create(sha256, key);
    return (message, signature) => {
      const code = keyed.clone().update(message).digest();
      return portableCompare.constantTimeEqual(code, signature);
    };
  }
  if (!isPublicKey(algorithm, key)) throw invalidKey();
  const handle = createPublicKey({ key: publicJwk(algorithm, key), format: 'jwk' });
  const digest = algorithm === 'ES256' ? 'sha256' : null;
  return (message, signature) =>
    signature.length === maxSignatureBytes &&
    verifySignature(digest, message, { key: handle, dsaEncoding: 'ieee-p1363' }, signature);
}

function publicJwk(algorithm: JwsAlgorithm, key: Uint8Array): JsonWebKey {
  if (algorithm === 'EdDSA') return { kty: 'OKP', crv: 'Ed25519', x: base64url(key) };
  return { kty: 'EC', crv: 'P-256', x: base64url(key.subarray(1, 33)), y: base64url(key.subarray(33)) };
}

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

function isPublicKey(algorithm: JwsAlgorithm, key: Uint8Array): boolean {
  try {
    if (algorithm === 'ES256') return key.length === 65 && p256.utils.isValidPublicKey(key, false);
    return key.length === 32 && !ed25519.Point.fromBytes(key).isSmallOrder();
  } catch {
    return false;
  }
}

export function openSigningKey(
  algorithm: JwsAlgorithm,
  secret: Uint8Array,
  publicKey: Uint8Array,
): JwsSigningKey {
  const key = Uint8Array.from(secret);
  if (algorithm === 'HS256') {
    const keyed = hmac.create(sha256, key);
    return { sign: (message) => keyed.clone().update(message).digest() };
  }
  if (algorithm === 'EdDSA') {
    if (key.length !== 32) throw invalidKey();
    return signer(null, { ...publicJwk(algorithm, ed25519.getPublicKey(key)), d: base64url(key) });
  }
  if (!p256.utils.isValidSecretKey(key) || !samePoint(key, publicKey)) throw invalidKey();
  return signer('sha256', { ...publicJwk(algorithm, publicKey), d: base64url(key) });
}

function signer(digest: 'sha256' | null, jwk: JsonWebKey): JwsSigningKey {
  const handle = createPrivateKey({ key: jwk, format: 'jwk' });
  return { sign: (message) => signMessage(digest, message, { key: handle, dsaEncoding: 'ieee-p1363' }) };
}

const samePoint = (secret: Uint8Array, publicKey: Uint8Array) =>
  Buffer.compare(p256.getPublicKey(secret, false), publicKey) === 0;

const invalidKey = () => invalidArgument('key', 'a valid key of its algorithm');

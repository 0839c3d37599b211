import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import {
  type KeyPairAlgorithm,
  type PrivateHandle,
  type PublicHandle,
  publicKeyBytes,
  type SignAlgorithm,
  type SignBackend,
  signatureBytes,
} from '../contract/sign.ts';

interface Private {
  readonly algorithm: KeyPairAlgorithm;
  readonly bytes: Uint8Array;
  readonly publicKey: Uint8Array;
}

interface Public {
  readonly algorithm: SignAlgorithm;
  readonly bytes: Uint8Array;
}

const privateOf = (handle: PrivateHandle) => handle as unknown as Private;
const publicOf = (handle: PublicHandle) => handle as unknown as Public;

/** As FIPS 186-5 and JWS have it: either half of s, message hashed with SHA-256. */
const p256Form = { lowS: false, prehash: true } as const;

function publicKeyOf(algorithm: KeyPairAlgorithm, key: Uint8Array): Uint8Array {
  if (algorithm === 'ed25519') return ed25519.getPublicKey(key);
  return algorithm === 'x25519' ? x25519.getPublicKey(key) : p256.getPublicKey(key, false);
}

function verify({ algorithm, bytes }: Public, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== signatureBytes) return false;
  if (algorithm === 'ecdsa-p256') return p256.verify(signature, message, bytes, p256Form);
  // R of small order passes the equation of RFC 8032; the strict reading, which is native's, refuses it.
  return (
    !smallOrder(signature.subarray(0, 32)) && ed25519.verify(signature, message, bytes, { zip215: false })
  );
}

/** Whether the bytes are no point, or one of order 8 or less. */
function smallOrder(bytes: Uint8Array): boolean {
  try {
    return ed25519.Point.fromBytes(bytes, false).isSmallOrder();
  } catch {
    return true;
  }
}

export const portableSign: SignBackend = {
  importPrivate(algorithm, key) {
    if (algorithm === 'ecdsa-p256' && !p256.utils.isValidSecretKey(key)) return undefined;
    const bytes = Uint8Array.from(key);
    const made: Private = { algorithm, bytes, publicKey: publicKeyOf(algorithm, bytes) };
    return made as unknown as PrivateHandle;
  },
  exportPrivate: (key, output) => output.set(privateOf(key).bytes),
  publicOf: (key, output) => output.set(privateOf(key).publicKey),
  sign(key, message, output) {
    const { algorithm, bytes } = privateOf(key);
    output.set(algorithm === 'ed25519' ? ed25519.sign(message, bytes) : p256.sign(message, bytes, p256Form));
  },
  agree(key, peer, output) {
    if (peer.length !== publicKeyBytes.x25519) return false;
    try {
      output.set(x25519.getSharedSecret(privateOf(key).bytes, peer));
      return true;
    } catch {
      // The peer's point has small order: the secret would be zero.
      return false;
    }
  },
  releasePrivate: (key) => {
    privateOf(key).bytes.fill(0);
  },
  importPublic(algorithm, key) {
    const valid =
      key.length === publicKeyBytes[algorithm] &&
      (algorithm === 'ed25519' ? !smallOrder(key) : p256.utils.isValidPublicKey(key, false));
    if (!valid) return undefined;
    const made: Public = { algorithm, bytes: Uint8Array.from(key) };
    return made as unknown as PublicHandle;
  },
  verify: (key, message, signature) => verify(publicOf(key), message, signature),
  verifyMany(keys, data, offsets, signatures, output) {
    keys.forEach((key, i) => {
      const message = data.subarray(offsets[i], offsets[i + 1]);
      const signature = signatures.subarray(i * signatureBytes, (i + 1) * signatureBytes);
      output[i] = verify(publicOf(key), message, signature) ? 1 : 0;
    });
  },
  releasePublic: () => {
    // Nothing secret, and the collector takes the rest.
  },
};

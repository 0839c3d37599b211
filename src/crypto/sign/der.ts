import { p256 } from '@noble/curves/nist.js';
import { invalidArgument } from '../../errors.ts';

/** A P-256 signature r ‖ s as DER, the form of X.509, OpenSSL and WebAuthn. */
export function ecdsaToDer(signature: Uint8Array): Buffer {
  return convert(signature, 'compact', 'der');
}

/** A P-256 signature in DER as the 64 bytes r ‖ s. */
export function ecdsaFromDer(signature: Uint8Array): Buffer {
  return convert(signature, 'der', 'compact');
}

function convert(signature: Uint8Array, from: 'compact' | 'der', to: 'compact' | 'der'): Buffer {
  try {
    return Buffer.from(p256.Signature.fromBytes(signature, from).toBytes(to));
  } catch {
    throw invalidArgument('signature', `a P-256 signature, ${from === 'der' ? 'DER' : 'r ‖ s in 64 bytes'}`);
  }
}

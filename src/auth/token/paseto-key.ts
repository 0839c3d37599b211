import { ed25519 } from '@noble/curves/ed25519.js';
import { randomBytes } from '../../crypto/random/bytes.ts';
import { invalidArgument } from '../../errors.ts';

export type PasetoPurpose = 'local' | 'secret' | 'public';

declare const held: unique symbol;
/** A key for one purpose, and no other: a public key is not taken for a shared one (PASETO "key separation"). */
export type PasetoKey = { readonly [held]: never };

const bytesOf = new WeakMap<object, { readonly purpose: PasetoPurpose; readonly bytes: Uint8Array }>();

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for anything but 32 bytes that are a key of that purpose. */
export function pasetoKey(purpose: PasetoPurpose, bytes: Uint8Array): PasetoKey {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 32) throw invalidArgument('bytes', '32 bytes');
  if (purpose === 'public' && !isPoint(bytes)) throw invalidArgument('bytes', 'an Ed25519 public key');
  const key = Object.freeze({});
  bytesOf.set(key, { purpose, bytes: Uint8Array.from(bytes) });
  return key as PasetoKey;
}

/** A fresh key for encryption. */
export const generateLocalKey = (): PasetoKey => pasetoKey('local', randomBytes(32));

/** A fresh pair for signatures. */
export function generateKeyPair(): { readonly secret: PasetoKey; readonly public: PasetoKey } {
  const seed = randomBytes(32);
  return { secret: pasetoKey('secret', seed), public: pasetoKey('public', ed25519.getPublicKey(seed)) };
}

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a key of another purpose. */
export function pasetoKeyBytes(key: PasetoKey, purpose: PasetoPurpose): Uint8Array {
  const known = typeof key === 'object' && key !== null ? bytesOf.get(key) : undefined;
  if (known?.purpose !== purpose) throw invalidArgument('key', `a PASETO key for ${purpose}`);
  return known.bytes;
}

function isPoint(bytes: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(bytes).isSmallOrder();
  } catch {
    return false;
  }
}

import { SigningKey, VerifyingKey } from '../../crypto/index.ts';
import { randomBytes } from '../../crypto/random/bytes.ts';
import { invalidArgument, WolfsecError } from '../../errors.ts';

/** What a key serves: to encrypt (`local`), to sign or to verify. */
export type PasetoPurpose = 'local' | 'secret' | 'public';

declare const held: unique symbol;
/** A key for one purpose, and no other: a public key is not taken for a shared one (PASETO "key separation"). */
export type PasetoKey = { readonly [held]: never };

/** What each kind of key is. */
interface Held {
  readonly local: Uint8Array;
  readonly secret: SigningKey;
  readonly public: VerifyingKey;
}

const keys = new WeakMap<object, Partial<Held>>();

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for anything but 32 bytes that are a key of that purpose. */
export function pasetoKey(purpose: PasetoPurpose, bytes: Uint8Array): PasetoKey {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 32) throw invalidArgument('bytes', '32 bytes');
  if (purpose === 'local') return hold({ local: Uint8Array.from(bytes) });
  if (purpose === 'secret') return hold({ secret: SigningKey.import('ed25519', bytes) });
  try {
    return hold({ public: VerifyingKey.import('ed25519', bytes) });
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', 'bytes must be an Ed25519 public key', { cause });
  }
}

/** A fresh key for encryption. */
export const generateLocalKey = (): PasetoKey => hold({ local: randomBytes(32) });

/** A fresh pair for signatures. */
export function generateKeyPair(): { readonly secret: PasetoKey; readonly public: PasetoKey } {
  const secret = SigningKey.generate('ed25519');
  return { secret: hold({ secret }), public: hold({ public: secret.verifyingKey() }) };
}

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a key of another purpose. */
export function heldBy<P extends PasetoPurpose>(key: PasetoKey, purpose: P): Held[P] {
  const known = typeof key === 'object' && key !== null ? keys.get(key)?.[purpose] : undefined;
  if (known === undefined) throw invalidArgument('key', `a PASETO key for ${purpose}`);
  return known as Held[P];
}

function hold(parts: Partial<Held>): PasetoKey {
  const key = Object.freeze({});
  keys.set(key, parts);
  return key as PasetoKey;
}

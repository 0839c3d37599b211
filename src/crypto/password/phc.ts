import type { Argon2Cost, ScryptCost } from '../../backend/contract/kdf.ts';
import { WolfsecError } from '../../errors.ts';

/** A stored password hash, taken apart. */
export type StoredHash =
  | {
      readonly kind: 'argon2id';
      readonly cost: Argon2Cost;
      /** Which pepper went in, if any. */
      readonly pepperId?: string;
      readonly salt: Buffer;
      readonly hash: Buffer;
    }
  | { readonly kind: 'scrypt'; readonly cost: ScryptCost; readonly salt: Buffer; readonly hash: Buffer }
  | { readonly kind: 'bcrypt'; readonly rounds: number; readonly text: string };

/** Stored hashes are short; longer ones are not read. */
const storedMaxLength = 512;

const argon2Form =
  /^\$argon2id\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,8})(?:,keyid=([A-Za-z0-9+/]{1,11}))?\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,172})$/;
const scryptForm =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/]{1,86})\$([A-Za-z0-9+/]{16,172})$/;
/** The last letter of the salt, and of the hash, has bits to spare, which are 0. */
const bcryptForm =
  /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;

/**
 * Reads a PHC string (https://github.com/P-H-C/phc-string-format) of argon2id or scrypt, or a bcrypt hash.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_PASSWORD_HASH`, which does not repeat the text.
 */
export function parseStored(text: string): StoredHash {
  if (typeof text !== 'string' || text.length > storedMaxLength) throw unreadable();
  const argon2 = argon2Form.exec(text);
  if (argon2) {
    const [, memory, iterations, parallel, keyId, salt, hash] = argon2 as unknown as string[];
    const cost = { memoryKib: Number(memory), iterations: Number(iterations), lanes: Number(parallel) };
    if (cost.lanes < 1 || cost.iterations < 1 || cost.memoryKib < 8 * cost.lanes) throw unreadable();
    return {
      kind: 'argon2id',
      cost,
      ...(keyId !== undefined && { pepperId: Buffer.from(keyId, 'base64').toString('utf8') }),
      salt: Buffer.from(salt as string, 'base64'),
      hash: Buffer.from(hash as string, 'base64'),
    };
  }
  const scrypt = scryptForm.exec(text);
  if (scrypt) {
    const [, ln, blocks, parallel, salt, hash] = scrypt as unknown as string[];
    const cost = { logN: Number(ln), r: Number(blocks), p: Number(parallel) };
    if (cost.logN < 1 || cost.r < 1 || cost.p < 1) throw unreadable();
    return {
      kind: 'scrypt',
      cost,
      salt: Buffer.from(salt as string, 'base64'),
      hash: Buffer.from(hash as string, 'base64'),
    };
  }
  const bcrypt = bcryptForm.exec(text);
  if (bcrypt) return { kind: 'bcrypt', rounds: Number(bcrypt[1]), text };
  throw unreadable();
}

/** Writes a PHC string of argon2id. */
export function formatArgon2id(
  cost: Argon2Cost,
  salt: Uint8Array,
  hash: Uint8Array,
  pepperId?: string,
): string {
  const keyId = pepperId === undefined ? '' : `,keyid=${base64(Buffer.from(pepperId, 'utf8'))}`;
  const parameters = `m=${cost.memoryKib},t=${cost.iterations},p=${cost.lanes}${keyId}`;
  return `$argon2id$v=19$${parameters}$${base64(salt)}$${base64(hash)}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

function unreadable(): WolfsecError {
  return new WolfsecError(
    'WOLFSEC_INVALID_PASSWORD_HASH',
    'the stored hash is neither a PHC string of argon2id or scrypt nor a bcrypt hash',
  );
}

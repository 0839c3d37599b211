import { invalidArgument } from '../../errors.ts';
import { type KdfBackend, prfAlgorithms } from '../contract/kdf.ts';
import { settled } from './task.ts';

type Bytes = Uint8Array;

/** The addon's functions of this area. */
export interface KdfAddon {
  kdfHkdf(prf: number, secret: Bytes, salt: Bytes, info: Bytes, output: Buffer): void;
  kdfBlake3(context: string, secret: Bytes, output: Buffer): void;
  kdfPbkdf2(prf: number, secret: Bytes, salt: Bytes, iterations: number, length: number): Promise<Buffer>;
  kdfScrypt(secret: Bytes, salt: Bytes, logN: number, r: number, p: number, length: number): Promise<Buffer>;
  passwordArgon2id(
    password: Bytes,
    salt: Bytes,
    pepper: Bytes,
    memoryKib: number,
    iterations: number,
    lanes: number,
    length: number,
  ): Promise<Buffer>;
  passwordBcryptVerify(password: Bytes, hash: string): Promise<boolean>;
}

/** Parameters that the library refuses; agreed with `kdf.rs`. */
const refused = 5;

export const nativeKdf = (addon: KdfAddon): KdfBackend => ({
  hkdf: (prf, secret, salt, info, output) =>
    addon.kdfHkdf(prfAlgorithms.indexOf(prf), secret, salt, info, output),
  blake3: addon.kdfBlake3,
  pbkdf2: (prf, secret, salt, iterations, length) =>
    accepted(addon.kdfPbkdf2(prfAlgorithms.indexOf(prf), secret, salt, iterations, length)),
  scrypt: (secret, salt, { logN, r, p }, length) =>
    accepted(addon.kdfScrypt(secret, salt, logN, r, p, length)),
  argon2id: (password, salt, pepper, { memoryKib, iterations, lanes }, length) =>
    accepted(addon.passwordArgon2id(password, salt, pepper, memoryKib, iterations, lanes, length)),
  bcryptVerify: (password, hash) => accepted(addon.passwordBcryptVerify(password, hash)),
});

async function accepted<T>(task: Promise<T>): Promise<T> {
  const result = await settled(task, refused);
  if (result === refused) throw invalidArgument('cost', 'within the bounds of the function');
  return result as T;
}

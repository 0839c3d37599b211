import { blake3 } from '@noble/hashes/blake3.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { KdfBackend } from '../contract/kdf.ts';
import { offThread } from './off-thread.ts';

const hashes = { sha256, sha384, sha512 } as const;

export const portableKdf: KdfBackend = {
  hkdf: (prf, secret, salt, info, output) => {
    output.set(hkdf(hashes[prf], secret, salt, info, output.length));
  },
  blake3: (context, secret, output) => {
    output.set(blake3(secret, { context: new TextEncoder().encode(context), dkLen: output.length }));
  },
  pbkdf2: (prf, secret, salt, iterations, length) =>
    bytes(offThread('pbkdf2', { prf, secret, salt, iterations, length })),
  scrypt: (secret, salt, cost, length) => bytes(offThread('scrypt', { secret, salt, cost, length })),
  argon2id: (password, salt, pepper, cost, length) =>
    bytes(offThread('argon2id', { password, salt, pepper, cost, length })),
  bcryptVerify: (password, hash) => offThread('bcryptVerify', { password, hash }),
};

async function bytes(result: Promise<Uint8Array>): Promise<Buffer> {
  const { buffer, byteOffset, length } = await result;
  return Buffer.from(buffer, byteOffset, length);
}

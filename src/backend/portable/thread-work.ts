import { argon2id } from '@noble/hashes/argon2.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import bcrypt from 'bcryptjs';
import type { AeadAlgorithm } from '../contract/aead.ts';
import type { Argon2Cost, PrfAlgorithm, ScryptCost } from '../contract/kdf.ts';
import { ciphers } from './ciphers.ts';

interface AeadWork {
  readonly algorithm: AeadAlgorithm;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly data: Uint8Array;
  readonly aad: Uint8Array | undefined;
}

/** What a thread can be asked for. */
export interface WorkerRequests {
  seal: AeadWork;
  open: AeadWork;
  argon2id: { password: Uint8Array; salt: Uint8Array; pepper: Uint8Array; cost: Argon2Cost; length: number };
  bcryptVerify: { password: Uint8Array; hash: string };
  pbkdf2: { prf: PrfAlgorithm; secret: Uint8Array; salt: Uint8Array; iterations: number; length: number };
  scrypt: { secret: Uint8Array; salt: Uint8Array; cost: ScryptCost; length: number };
}

/** And what it answers. */
export interface WorkerResults {
  seal: Uint8Array;
  open: Uint8Array | undefined;
  argon2id: Uint8Array;
  bcryptVerify: boolean;
  pbkdf2: Uint8Array;
  scrypt: Uint8Array;
}

export interface WorkerReply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

const hashes = { sha256, sha384, sha512 } as const;

/** The work itself. Inputs are the thread's own copies, and secrets among them are wiped. */
export const work: {
  readonly [O in keyof WorkerRequests]: (request: WorkerRequests[O]) => WorkerResults[O];
} = {
  seal: ({ algorithm, key, nonce, data, aad }) => {
    const sealed = ciphers[algorithm](key, nonce, aad).encrypt(data);
    key.fill(0);
    data.fill(0);
    return sealed;
  },
  open: ({ algorithm, key, nonce, data, aad }) => {
    try {
      return ciphers[algorithm](key, nonce, aad).decrypt(data);
    } catch {
      // The caller checked the lengths: the tag does not fit.
      return undefined;
    } finally {
      key.fill(0);
    }
  },
  argon2id: ({ password, salt, pepper, cost, length }) => {
    const hash = argon2id(password, salt, {
      m: cost.memoryKib,
      t: cost.iterations,
      p: cost.lanes,
      dkLen: length,
      maxmem: 2 ** 32 - 1,
      ...(pepper.length > 0 && { key: pepper }),
    });
    password.fill(0);
    pepper.fill(0);
    return hash;
  },
  bcryptVerify: ({ password, hash }) => {
    // A mark at the start is part of the password.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(password);
    const same = bcrypt.compareSync(text, hash);
    password.fill(0);
    return same;
  },
  pbkdf2: ({ prf, secret, salt, iterations, length }) => {
    const key = pbkdf2(hashes[prf], secret, salt, { c: iterations, dkLen: length });
    secret.fill(0);
    return key;
  },
  scrypt: ({ secret, salt, cost: { logN, r, p }, length }) => {
    // The library counts a block of scratch besides N and p.
    const maxmem = 128 * r * (2 ** logN + p + 1);
    const key = scrypt(secret, salt, { N: 2 ** logN, r, p, dkLen: length, maxmem });
    secret.fill(0);
    return key;
  },
};

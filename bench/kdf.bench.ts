// What is slow on purpose, and what hashes large inputs.
import * as nodeCrypto from 'node:crypto';
import { promisify } from 'node:util';
import type { Backend } from '../src/backend/backend.ts';
import { argon2Default } from '../src/crypto/index.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();
const secret = Buffer.from('correct horse battery staple');
const salt = Buffer.from('salt of 16 bytes');
const none = new Uint8Array(0);
const hex = (made: Uint8Array) => Buffer.from(made).toString('hex');
const pbkdf2 = promisify(nodeCrypto.pbkdf2);
const scrypt = promisify<Buffer, Buffer, number, nodeCrypto.ScryptOptions, Buffer>(nodeCrypto.scrypt);

/** Argon2 by node:crypto, from Node 24.7 on. */
type Argon2 = (algorithm: string, options: object, done: (error: unknown, made: Buffer) => void) => void;
const argon2 = (nodeCrypto as unknown as { argon2?: Argon2 }).argon2;
const nodeArgon2 = argon2 && promisify<string, object, Buffer>(argon2);

export default suite('kdf', (s) => {
  const argon2id = ({ kdf }: Backend) => kdf.argon2id(secret, salt, none, argon2Default, 32);
  const options = { message: secret, nonce: salt, parallelism: 1, tagLength: 32, memory: 19456, passes: 2 };
  s.group(
    'argon2id, 19 MiB, t=2',
    { check: hex },
    {
      native: native && (() => argon2id(native)),
      portable: () => argon2id(portable),
      'node:crypto': nodeArgon2 && (() => nodeArgon2('argon2id', options)),
    },
  );
  const scryptOf = ({ kdf }: Backend) => kdf.scrypt(secret, salt, { logN: 14, r: 8, p: 1 }, 32);
  s.group(
    'scrypt, N=2^14, r=8, p=1',
    { check: hex },
    {
      native: native && (() => scryptOf(native)),
      portable: () => scryptOf(portable),
      'node:crypto': () => scrypt(secret, salt, 32, { N: 2 ** 14, r: 8, p: 1 }),
    },
  );
  const pbkdf2Of = ({ kdf }: Backend) => kdf.pbkdf2('sha256', secret, salt, 10_000, 32);
  s.group(
    'PBKDF2-HMAC-SHA256, 10,000 iterations',
    { check: hex },
    {
      native: native && (() => pbkdf2Of(native)),
      portable: () => pbkdf2Of(portable),
      'node:crypto': () => pbkdf2(secret, salt, 10_000, 32, 'sha256'),
    },
  );
  // From 2 MiB on on several cores (BLAKE3_PARALLEL_MIN_LEN): the step shows in MB/s.
  for (const kib of [64, 256, 1024, 2048, 4096, 16_384]) {
    const data = Buffer.alloc(kib << 10, 'wolf');
    const digest = (backend: Backend) => {
      const output = new Uint8Array(32);
      backend.hash.digest('blake3', data, output);
      return output;
    };
    s.group(
      `BLAKE3 ${kib} KiB`,
      { bytes: data.length, check: hex },
      {
        native: native && (() => digest(native)),
        // Pure TypeScript takes tenths of a second for the largest.
        portable: kib <= 1024 ? () => digest(portable) : undefined,
      },
    );
  }
});

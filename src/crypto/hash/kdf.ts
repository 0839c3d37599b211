import { digestBytes } from '../../backend/contract/hash.ts';
import { type PrfAlgorithm, prfAlgorithms, type ScryptCost } from '../../backend/contract/kdf.ts';
import { activeBackend } from '../../backend/select.ts';
import { invalidArgument, WolfsecError } from '../../errors.ts';
import { checkInteger, checkWord, type Input, inputBytes } from '../input.ts';

export type { PrfAlgorithm, ScryptCost };

/**
 * HKDF (RFC 5869): a key of `length` bytes, at most 255 digests, from a secret that is already strong.
 * `salt` and `info` are empty by default.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT`
 */
export function hkdf(
  algorithm: PrfAlgorithm,
  secret: Input,
  options: { readonly salt?: Input; readonly info?: Input; readonly length: number },
): Buffer {
  checkWord(algorithm, 'algorithm', prfAlgorithms);
  const { salt = '', info = '', length } = options;
  checkInteger(length, 'length', 1, 255 * digestBytes[algorithm]);
  const output = Buffer.alloc(length);
  const bytes = inputBytes(secret, 'secret');
  activeBackend().kdf.hkdf(algorithm, bytes, inputBytes(salt, 'salt'), inputBytes(info, 'info'), output);
  return output;
}

/**
 * BLAKE3's derivation: `context` is a fixed string of the program, unlike any other, such as
 * `example.com 2025-01-01 session tokens`.
 */
export function deriveKey(context: string, secret: Input, length = 32): Buffer {
  if (typeof context !== 'string' || context === '') throw invalidArgument('context', 'a string');
  const output = Buffer.alloc(checkInteger(length, 'length', 1, 2 ** 20));
  activeBackend().kdf.blake3(context.toWellFormed(), inputBytes(secret, 'secret'), output);
  return output;
}

/** PBKDF2 with HMAC (RFC 8018), on another thread. Prefer argon2id for passwords. */
export async function pbkdf2(
  algorithm: PrfAlgorithm,
  secret: Input,
  options: { readonly salt: Input; readonly iterations: number; readonly length: number },
): Promise<Buffer> {
  checkWord(algorithm, 'algorithm', prfAlgorithms);
  const { salt, iterations, length } = options;
  checkInteger(iterations, 'iterations', 1, 100_000_000);
  checkInteger(length, 'length', 1, 2 ** 20);
  const bytes = inputBytes(secret, 'secret');
  return activeBackend().kdf.pbkdf2(algorithm, bytes, inputBytes(salt, 'salt'), iterations, length);
}

/** The most memory that one scrypt may ask for. */
const scryptMemoryMaxBytes = 1 << 30;

/** Throws unless the cost is one that scrypt has, within 1 GiB of memory. */
function checkScryptCost({ logN, r, p }: ScryptCost): ScryptCost {
  checkInteger(logN, 'logN', 1, 30);
  checkInteger(r, 'r', 1, 1024);
  checkInteger(p, 'p', 1, 1024);
  if (logN >= 16 * r || 128 * r * (2 ** logN + p) > scryptMemoryMaxBytes) {
    throw new WolfsecError(
      'WOLFSEC_LIMIT_EXCEEDED',
      `scrypt with logN=${logN}, r=${r}, p=${p} needs more than 1 GiB of memory, or logN is too large for r`,
    );
  }
  return { logN, r, p };
}

/** scrypt (RFC 7914) with N = 2^`logN`, on another thread. */
export async function scrypt(
  secret: Input,
  options: ScryptCost & { readonly salt: Input; readonly length: number },
): Promise<Buffer> {
  const cost = checkScryptCost(options);
  checkInteger(options.length, 'length', 1, 2 ** 20);
  const bytes = inputBytes(secret, 'secret');
  return activeBackend().kdf.scrypt(bytes, inputBytes(options.salt, 'salt'), cost, options.length);
}

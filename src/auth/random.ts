import { randomFillSync } from 'node:crypto';

// One system call fills the pool for many tokens; what was handed out is wiped at once.
const pool = new Uint8Array(4096);
let used = pool.length;

/** Fresh random bytes. */
export function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  if (count > pool.length) return randomFillSync(bytes);
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  bytes.set(pool.subarray(used, used + count));
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}

/** Random bytes as base64url: 16 bytes are 22 characters, 32 bytes 43. */
export const randomToken = (bytes: number): string => Buffer.from(randomBytes(bytes)).toString('base64url');

/** Random characters of `alphabet`, each as likely as every other. */
export function randomText(alphabet: string, length: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

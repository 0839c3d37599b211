import { randomBytes } from '../crypto/random/bytes.ts';

/** Random bytes as base64url: 16 bytes are 22 characters, 32 bytes 43. */
export const randomToken = (bytes: number): string => randomBytes(bytes).toString('base64url');

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

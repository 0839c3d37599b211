import { createHmac } from 'node:crypto';

export type OtpHash = 'sha1' | 'sha256' | 'sha512';

/** The one-time password of a counter (RFC 4226 section 5.3). SHA-1 is what authenticator apps speak. */
export function hotp(secret: Uint8Array, counter: number, digits: number, hash: OtpHash): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const code = createHmac(hash, secret).update(message).digest();
  const at = code[code.length - 1]! & 15;
  const number = code.readUInt32BE(at) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

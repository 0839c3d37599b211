import { tokenDigestBytes } from '../backend/contract/auth.ts';
import { activeBackend } from '../backend/select.ts';

/** SHA-256 of a token, the only form in which it is kept. */
export function digestOf(token: string): Uint8Array {
  const digest = new Uint8Array(tokenDigestBytes);
  activeBackend().auth.tokenDigest(token, digest);
  return digest;
}

/** The digest as the storage's key, base64url. */
export const hashText = (digest: Uint8Array): string =>
  Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('base64url');

export const bytesOfHash = (hash: string): Uint8Array => new Uint8Array(Buffer.from(hash, 'base64url'));

import { xchacha20 } from '@noble/ciphers/chacha.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { constantTimeEqual } from '../../crypto/compare.ts';
import { randomBytes } from '../../crypto/random/bytes.ts';
import { invalidArgument } from '../../errors.ts';
import { heldBy, type PasetoKey } from './paseto-key.ts';

// PASETO version 4 (https://github.com/paseto-standard/paseto-spec, docs/01-Protocol-Versions/Version4.md).

/** What a token is bound to besides its payload. */
export interface PasetoBinding {
  /** Sent along in the clear, authenticated; e.g. a key id. */
  readonly footer?: string;
  /** Not sent, but must be the same on both sides. */
  readonly implicit?: string;
}

const localHeader = 'v4.local.';
const publicHeader = 'v4.public.';
const nonceBytes = 32;
const tagBytes = 32;
const signatureBytes = 64;
const maxChars = 65_536;

/** Encrypts a payload: `v4.local`. */
export function sealLocal(key: PasetoKey, payload: Uint8Array, binding: PasetoBinding = {}): string {
  return sealWith(key, payload, binding, randomBytes(nonceBytes));
}

/** The same with a given nonce, for test vectors alone: a nonce must never serve twice. */
export function sealWith(
  key: PasetoKey,
  payload: Uint8Array,
  binding: PasetoBinding,
  nonce: Uint8Array,
): string {
  const { encrypt, counter, authenticate } = splitKey(key, nonce);
  const sealed = xchacha20(encrypt, counter, payload);
  const tag = localTag(authenticate, nonce, sealed, binding);
  return join(localHeader, Buffer.concat([nonce, sealed, tag]), binding);
}

/** Decrypts a `v4.local` token; `undefined` where it is not this key's, or not bound to the same. */
export function openLocal(key: PasetoKey, token: string, binding: PasetoBinding = {}): Buffer | undefined {
  const body = split(localHeader, token, binding);
  if (!body || body.length < nonceBytes + tagBytes) return undefined;
  const nonce = body.subarray(0, nonceBytes);
  const sealed = body.subarray(nonceBytes, -tagBytes);
  const { encrypt, counter, authenticate } = splitKey(key, nonce);
  const tag = localTag(authenticate, nonce, sealed, binding);
  if (!constantTimeEqual(tag, body.subarray(-tagBytes))) return undefined;
  return Buffer.from(xchacha20(encrypt, counter, Uint8Array.from(sealed)));
}

/** Signs a payload: `v4.public`. */
export function signPublic(key: PasetoKey, payload: Uint8Array, binding: PasetoBinding = {}): string {
  const signature = heldBy(key, 'secret').sign(publicMessage(payload, binding));
  return join(publicHeader, Buffer.concat([payload, signature]), binding);
}

/** The payload of a `v4.public` token; `undefined` where the signature is not this key's. */
export function verifyPublic(key: PasetoKey, token: string, binding: PasetoBinding = {}): Buffer | undefined {
  const body = split(publicHeader, token, binding);
  if (!body || body.length < signatureBytes) return undefined;
  const payload = body.subarray(0, -signatureBytes);
  const signature = body.subarray(-signatureBytes);
  return heldBy(key, 'public').verify(publicMessage(payload, binding), signature) ? payload : undefined;
}

/** The footer of a token, unverified: to choose a key by, nothing else. */
export function footerOf(token: string): string | undefined {
  if (typeof token !== 'string' || token.length > maxChars) return undefined;
  const [, , , encoded, more] = token.split('.', 5);
  if (encoded === undefined || more !== undefined) return undefined;
  return decode(encoded)?.toString('utf8');
}

function splitKey(key: PasetoKey, nonce: Uint8Array) {
  const secret = heldBy(key, 'local');
  const derive = (label: string, dkLen: number) =>
    blake2b(Buffer.concat([Buffer.from(label), nonce]), { key: secret, dkLen });
  const derived = derive('paseto-encryption-key', 56);
  return {
    encrypt: derived.subarray(0, 32),
    counter: derived.subarray(32),
    authenticate: derive('paseto-auth-key-for-aead', 32),
  };
}

function localTag(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  { footer = '', implicit = '' }: PasetoBinding,
) {
  const pieces = [Buffer.from(localHeader), nonce, sealed, Buffer.from(footer), Buffer.from(implicit)];
  return blake2b(preAuth(pieces), { key, dkLen: tagBytes });
}

const publicMessage = (payload: Uint8Array, { footer = '', implicit = '' }: PasetoBinding) =>
  preAuth([Buffer.from(publicHeader), payload, Buffer.from(footer), Buffer.from(implicit)]);

/** Pre-authentication encoding: the number of pieces, then each with its length, little-endian. */
function preAuth(pieces: readonly Uint8Array[]): Uint8Array {
  const length = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  return Uint8Array.from(
    Buffer.concat([length(pieces.length), ...pieces.flatMap((piece) => [length(piece.length), piece])]),
  );
}

function join(header: string, body: Buffer, { footer = '' }: PasetoBinding): string {
  const tail = footer === '' ? '' : `.${Buffer.from(footer, 'utf8').toString('base64url')}`;
  const token = header + body.toString('base64url') + tail;
  if (token.length > maxChars)
    throw invalidArgument('payload', `short enough for a token of ${maxChars} characters`);
  return token;
}

function split(header: string, token: unknown, { footer = '' }: PasetoBinding): Buffer | undefined {
  if (typeof token !== 'string' || token.length > maxChars || !token.startsWith(header)) return undefined;
  const [body, tail = '', more] = token.slice(header.length).split('.', 3) as [string, string?, string?];
  const sent = decode(tail);
  if (more !== undefined || !sent || !constantTimeEqual(sent, footer)) return undefined;
  return decode(body);
}

/** Strict base64url: what does not encode to the same text again is refused. */
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

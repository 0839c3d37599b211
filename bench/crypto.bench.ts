// Short messages are where a service feels its crypto: the overhead of a call, not the cipher.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomFillSync,
  webcrypto,
} from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { type AeadAlgorithm, aeadAlgorithms } from '../src/backend/contract/aead.ts';
import { digestBytes } from '../src/backend/contract/hash.ts';
import { AeadKey } from '../src/crypto/aead/key.ts';
import { packMessages } from '../src/crypto/aead/packed.ts';
import { MacKey } from '../src/crypto/hash/mac.ts';
import { SigningKey } from '../src/crypto/sign/private-key.ts';
import { VerifyingKey } from '../src/crypto/sign/verifying-key.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();
const raw = Buffer.alloc(32, 7);
const sizes = [64, 256, 1024, 16384, 1 << 20];
const label = (bytes: number) =>
  bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${bytes >> 10} KiB` : '1 MiB';

/** AES-256-GCM by node:crypto, in the same form: nonce ‖ ciphertext ‖ tag. */
function nodeSeal(plaintext: Uint8Array): Buffer {
  const nonce = randomFillSync(Buffer.allocUnsafe(12));
  const cipher = createCipheriv('aes-256-gcm', raw, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function nodeOpen(sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', raw, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

const nobleCiphers = { gcm, chacha20poly1305, xchacha20poly1305 };

function nobleSeal(name: keyof typeof nobleCiphers, plaintext: Uint8Array): Uint8Array {
  const nonce = randomFillSync(new Uint8Array(name === 'xchacha20poly1305' ? 24 : 12));
  return Buffer.concat([nonce, nobleCiphers[name](raw, nonce).encrypt(plaintext)]);
}

export default suite('crypto', async (s) => {
  const subtle = await webcrypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const keys = (algorithm: AeadAlgorithm) => ({
    native: native && AeadKey.importInto(native, algorithm, raw),
    portable: AeadKey.importInto(portable, algorithm, raw),
  });

  for (const bytes of sizes) {
    const plaintext = Buffer.alloc(bytes, 'wolf');
    for (const algorithm of aeadAlgorithms) {
      const made = keys(algorithm);
      const noble = { 'aes-256-gcm': 'gcm', 'chacha20-poly1305': 'chacha20poly1305' }[algorithm as string];
      const gcmPeers = algorithm === 'aes-256-gcm';
      const sealed = made.portable.seal(plaintext);
      const opened = (result: Uint8Array) => made.portable.open(result);
      s.group(
        `${algorithm} seal ${label(bytes)}`,
        { bytes, check: opened },
        {
          native: made.native && (() => made.native!.seal(plaintext)),
          portable: () => made.portable.seal(plaintext),
          'node:crypto': gcmPeers ? () => nodeSeal(plaintext) : undefined,
          WebCrypto: gcmPeers
            ? async () => {
                const iv = randomFillSync(new Uint8Array(12));
                const text = await webcrypto.subtle.encrypt({ name: 'AES-GCM', iv }, subtle, plaintext);
                return Buffer.concat([iv, new Uint8Array(text)]);
              }
            : undefined,
          noble: noble ? () => nobleSeal(noble as 'gcm', plaintext) : undefined,
        },
      );
      s.group(
        `${algorithm} open ${label(bytes)}`,
        { bytes },
        {
          native: made.native && (() => made.native!.open(sealed)),
          portable: () => made.portable.open(sealed),
          'node:crypto': gcmPeers ? () => nodeOpen(sealed) : undefined,
        },
      );
    }

    const hashes = (backend: typeof portable) => () => {
      const output = Buffer.allocUnsafe(digestBytes.sha256);
      backend.hash.digest('sha256', plaintext, output);
      return output;
    };
    s.group(
      `SHA-256 ${label(bytes)}`,
      { bytes },
      {
        native: native && hashes(native),
        portable: hashes(portable),
        createHash: () => createHash('sha256').update(plaintext).digest(),
        noble: () => nobleSha256(plaintext),
      },
    );
    const macs = {
      native: native && MacKey.importInto(native, 'hmac-sha256', raw),
      portable: MacKey.importInto(portable, 'hmac-sha256', raw),
    };
    s.group(
      `HMAC-SHA256 ${label(bytes)}`,
      { bytes },
      {
        native: macs.native && (() => macs.native!.sign(plaintext)),
        portable: () => macs.portable.sign(plaintext),
        'node:crypto': () => createHmac('sha256', raw).update(plaintext).digest(),
        noble: () => nobleHmac(nobleSha256, raw, plaintext),
      },
    );
  }

  const packed = packMessages(Array.from({ length: 1000 }, (_, i) => Buffer.alloc(64, i)));
  const batch = keys('aes-256-gcm');
  const sealedBatch = batch.portable.sealBatch(packed);
  s.group(
    'aes-256-gcm: 1,000 messages of 64 B in one call, seal',
    { bytes: 64, opsPerCall: 1000, check: (result: typeof packed) => batch.portable.openBatch(result).data },
    {
      native: batch.native && (() => batch.native!.sealBatch(packed)),
      portable: () => batch.portable.sealBatch(packed),
    },
  );
  s.group(
    'aes-256-gcm: 1,000 messages of 64 B in one call, open',
    { bytes: 64, opsPerCall: 1000, check: (result: typeof packed) => result.data },
    {
      native: batch.native && (() => batch.native!.openBatch(sealedBatch)),
      portable: () => batch.portable.openBatch(sealedBatch),
    },
  );

  const message = Buffer.alloc(64, 1);
  for (const algorithm of ['ed25519', 'ecdsa-p256'] as const) {
    const signing = {
      native: native && SigningKey.importInto(native, algorithm, raw),
      portable: SigningKey.importInto(portable, algorithm, raw),
    };
    const publicKey = signing.portable.publicBytes();
    const verifying = {
      native: native && VerifyingKey.importInto(native, algorithm, publicKey),
      portable: VerifyingKey.importInto(portable, algorithm, publicKey),
    };
    const signature = signing.portable.sign(message);
    s.group(
      `${algorithm} sign`,
      { check: (made: Uint8Array) => verifying.portable.verify(message, made) },
      {
        native: signing.native && (() => signing.native!.sign(message)),
        portable: () => signing.portable.sign(message),
      },
    );
    s.group(
      `${algorithm} verify`,
      { expect: true },
      {
        native: verifying.native && (() => verifying.native!.verify(message, signature)),
        portable: () => verifying.portable.verify(message, signature),
      },
    );
  }
});

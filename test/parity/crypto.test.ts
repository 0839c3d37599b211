import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aeadAlgorithms, aeadNonceBytes, aeadTagBytes } from '../../src/backend/contract/aead.ts';
import { digestBytes, hashAlgorithms, macAlgorithms, macBytes } from '../../src/backend/contract/hash.ts';
import { prfAlgorithms } from '../../src/backend/contract/kdf.ts';
import { backendByName } from '../../src/backend/select.ts';
import { AeadKey } from '../../src/crypto/aead/key.ts';
import { packMessages } from '../../src/crypto/aead/packed.ts';
import { MacKey } from '../../src/crypto/hash/mac.ts';
import { SigningKey } from '../../src/crypto/sign/private-key.ts';
import { VerifyingKey } from '../../src/crypto/sign/verifying-key.ts';
import { bothBackends, withoutNative } from './backends.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const message = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ minLength: 1000, maxLength: 2000 }),
);
const runs = { numRuns: 15 };

const portableAlone = backendByName('portable');

describe.skipIf(!bothBackends)(`both back ends (skipped where ${withoutNative})`, () => {
  // A suite that is skipped is still read, so that both must be something.
  const { native, portable } = bothBackends ?? { native: portableAlone, portable: portableAlone };

  test.for([...aeadAlgorithms])(
    '%s: the same bytes for the same nonce, and each opens the other',
    (algorithm) => {
      fc.assert(
        fc.property(
          bytes(32),
          bytes(aeadNonceBytes(algorithm)),
          message,
          message,
          (raw, nonce, text, aad) => {
            using one = AeadKey.importInto(native, algorithm, raw);
            using two = AeadKey.importInto(portable, algorithm, raw);
            const [a, b] = [one, two].map((key) => {
              const output = Buffer.alloc(text.length + aeadTagBytes);
              key.withHandle((aead, handle) => aead.sealWith(handle, nonce, text, aad, output));
              return output;
            });
            expect(a).toEqual(b);
            expect(two.open(one.seal(text, aad), aad)).toEqual(Buffer.from(text));
            expect(one.open(two.seal(text, aad), aad)).toEqual(Buffer.from(text));
            const packed = packMessages([text, aad, text]);
            expect(two.openBatch(one.sealBatch(packed)).data).toEqual(packed.data);
            expect(one.openBatch(two.sealBatch(packed)).data).toEqual(packed.data);
          },
        ),
        runs,
      );
    },
  );

  test('large messages cross threads and back ends', async () => {
    const text = Buffer.alloc(300_000, 7);
    for (const algorithm of aeadAlgorithms) {
      const raw = Buffer.alloc(32, 1);
      using one = AeadKey.importInto(native, algorithm, raw);
      using two = AeadKey.importInto(portable, algorithm, raw);
      expect((await two.openAsync(await one.sealAsync(text, 'aad'), 'aad')).equals(text)).toBe(true);
      expect((await one.openAsync(await two.sealAsync(text, 'aad'), 'aad')).equals(text)).toBe(true);
      await expect(two.openAsync(await one.sealAsync(text))).resolves.toHaveLength(text.length);
      await expect(two.openAsync(await one.sealAsync(text), 'other')).rejects.toMatchObject({
        code: 'WOLFSEC_OPEN_FAILED',
      });
      await expect(one.openAsync(await two.sealAsync(text), 'other')).rejects.toMatchObject({
        code: 'WOLFSEC_OPEN_FAILED',
      });
    }
  });

  test.for([...hashAlgorithms])('%s', (algorithm) => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (parts) => {
        const whole = Buffer.concat(parts);
        const results = [native, portable].map(({ hash }) => {
          const once = Buffer.alloc(digestBytes[algorithm]);
          hash.digest(algorithm, whole, once);
          const running = hash.start(algorithm);
          for (const part of parts) hash.update(running, part);
          const pieces = Buffer.alloc(once.length);
          hash.finish(running, pieces);
          hash.release(running);
          expect(pieces).toEqual(once);
          const many = Buffer.alloc(once.length * parts.length);
          const packed = packMessages(parts);
          hash.digestMany(algorithm, packed.data, packed.offsets, many);
          return [once, many];
        });
        expect(results[0]).toEqual(results[1]);
      }),
      runs,
    );
  });

  test.for([...macAlgorithms])('%s', (algorithm) => {
    const key = algorithm === 'blake3' ? bytes(32) : fc.uint8Array({ minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(key, message, message, (raw, first, second) => {
        const tags = [native, portable].map((backend) => {
          using mac = MacKey.importInto(backend, algorithm, raw);
          using running = mac.start();
          const tag = mac.sign(Buffer.concat([first, second]));
          expect(running.update(first).update(second).tag()).toEqual(tag);
          expect(mac.verify(Buffer.concat([first, second]), tag)).toBe(true);
          expect(mac.verify(first, tag.subarray(1))).toBe(false);
          expect(mac.signMany([first, second])).toHaveLength(2 * macBytes[algorithm]);
          // A message begun after others were signed begins with the key alone.
          using later = mac.start();
          expect(later.update(first).tag()).toEqual(mac.sign(first));
          return Buffer.concat([tag, mac.signMany([first, second])]);
        });
        expect(tags[0]).toEqual(tags[1]);
      }),
      runs,
    );
  });

  // On several cores natively, from 2 MiB on.
  test('BLAKE3 of large inputs, plain and keyed, at once and in pieces', () => {
    const data = Buffer.alloc((5 << 20) + 1_025);
    for (let i = 0; i < data.length; i++) data[i] = (i * 31) ^ (i >> 10);
    for (const size of [(2 << 20) - 1, 2 << 20, (2 << 20) + 1, data.length]) {
      const part = data.subarray(0, size);
      const made = [native, portable].map((backend) => {
        const [digest, pieces] = [Buffer.alloc(32), Buffer.alloc(32)];
        backend.hash.digest('blake3', part, digest);
        const running = backend.hash.start('blake3');
        for (const piece of [part.subarray(0, 7), part.subarray(7)]) backend.hash.update(running, piece);
        backend.hash.finish(running, pieces);
        backend.hash.release(running);
        expect(pieces).toEqual(digest);
        using mac = MacKey.importInto(backend, 'blake3', Buffer.alloc(32, 7));
        return [digest, mac.sign(part)];
      });
      expect(made[0]).toEqual(made[1]);
    }
  });

  test('HKDF and BLAKE3 derivation', () => {
    const length = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(fc.constantFrom(...prfAlgorithms), message, message, message, length, (prf, ...rest) => {
        const [secret, salt, info, size] = rest;
        const made = [native, portable].map(({ kdf }) => {
          const [one, two] = [Buffer.alloc(size), Buffer.alloc(size)];
          kdf.hkdf(prf, secret, salt, info, one);
          kdf.blake3('wolfsec test', secret, two);
          return [one, two];
        });
        expect(made[0]).toEqual(made[1]);
      }),
      runs,
    );
  });

  test('PBKDF2, scrypt and argon2id', async () => {
    const [secret, salt, pepper] = ['password', 'salt salt', 'a pepper of bytes'].map((t) => Buffer.from(t));
    const make = ({ kdf }: typeof native) =>
      Promise.all([
        kdf.pbkdf2('sha256', secret!, salt!, 3, 40),
        kdf.pbkdf2('sha512', secret!, salt!, 2, 70),
        kdf.scrypt(secret!, salt!, { logN: 5, r: 3, p: 2 }, 64),
        // The largest blocks, of 128 KiB.
        kdf.scrypt(secret!, salt!, { logN: 1, r: 1024, p: 1 }, 1),
        kdf.scrypt(secret!, salt!, { logN: 6, r: 16, p: 1 }, 129),
        kdf.argon2id(secret!, salt!, pepper!, { memoryKib: 64, iterations: 2, lanes: 2 }, 32),
        kdf.argon2id(secret!, salt!, Buffer.alloc(0), { memoryKib: 32, iterations: 1, lanes: 1 }, 16),
      ]);
    expect(await make(native)).toEqual(await make(portable));
  });

  test('a P-256 key has one spelling, the uncompressed point', () => {
    for (const raw of [1, 2, 3, 4, 5].map((byte) => Buffer.alloc(32, byte))) {
      const point = SigningKey.importInto(portable, 'ecdsa-p256', raw).publicBytes();
      for (const { sign } of [native, portable]) {
        expect(sign.importPublic('ecdsa-p256', point)).toBeDefined();
        for (const form of [0, 2, 3, 5, 6, 7]) {
          const other = Buffer.from(point);
          other[0] = form;
          expect(sign.importPublic('ecdsa-p256', other)).toBeUndefined();
        }
      }
    }
  });

  test.for(['ed25519', 'ecdsa-p256'] as const)('%s: each verifies the other', (algorithm) => {
    fc.assert(
      fc.property(bytes(32), message, fc.nat(511), (raw, text, bit) => {
        const [one, two] = [native, portable].map((backend) =>
          SigningKey.importInto(backend, algorithm, raw),
        );
        expect(one!.publicBytes()).toEqual(two!.publicBytes());
        const [first, second] = [one!.sign(text), two!.sign(text)];
        // ECDSA signatures are random natively, derived from the message in portable (RFC 6979).
        if (algorithm === 'ed25519') expect(first).toEqual(second);
        const changed = Buffer.from(first);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        for (const backend of [native, portable]) {
          const key = VerifyingKey.importInto(backend, algorithm, one!.publicBytes());
          expect(key.verify(text, first)).toBe(true);
          expect(key.verify(text, second)).toBe(true);
          expect(key.verify(text, changed)).toBe(false);
          expect(
            VerifyingKey.verifyBatch(
              [first, changed, second].map((signature) => ({ key, message: text, signature })),
            ),
          ).toEqual([true, false, true]);
        }
      }),
      { numRuns: 10 },
    );
  });
});

import { expect, test } from 'vitest';
import { type AeadAlgorithm, aeadTagBytes } from '../../src/backend/contract/aead.ts';
import type { HashAlgorithm, MacAlgorithm } from '../../src/backend/contract/hash.ts';
import { AeadKey } from '../../src/crypto/aead/key.ts';
import { MacKey } from '../../src/crypto/hash/mac.ts';
import { AgreementKey, SigningKey } from '../../src/crypto/sign/private-key.ts';
import { describeBackends } from '../parity/backends.ts';
import vectors from './vectors/rfc.json' with { type: 'json' };

const hex = (text: string) => Buffer.from(text, 'hex');

describeBackends('published vectors', (backend) => {
  test.for(vectors.hash)('$source: $algorithm', ({ algorithm, text, digest }) => {
    const output = Buffer.alloc(digest.length / 2);
    backend.hash.digest(algorithm as HashAlgorithm, Buffer.from(text), output);
    expect(output.toString('hex')).toBe(digest);
  });

  test.for(vectors.mac)('$source: $algorithm', ({ algorithm, key, text, tag }) => {
    using mac = MacKey.importInto(backend, algorithm as MacAlgorithm, hex(key));
    expect(mac.sign(text).toString('hex')).toBe(tag);
  });

  test.for(vectors.hkdf)('$source', ({ secret, salt, info, key }) => {
    const output = Buffer.alloc(key.length / 2);
    backend.kdf.hkdf('sha256', hex(secret), hex(salt), hex(info), output);
    expect(output.toString('hex')).toBe(key);
  });

  test.for(vectors.scrypt)('$source', async ({ secret, salt, logN, r, p, key }) => {
    const made = backend.kdf.scrypt(Buffer.from(secret), Buffer.from(salt), { logN, r, p }, key.length / 2);
    expect((await made).toString('hex')).toBe(key);
  });

  test.for(vectors.pbkdf2)('$source', async ({ secret, salt, iterations, key }) => {
    const made = backend.kdf.pbkdf2(
      'sha256',
      Buffer.from(secret),
      Buffer.from(salt),
      iterations,
      key.length / 2,
    );
    expect((await made).toString('hex')).toBe(key);
  });

  test.for(vectors.aead)('$source', ({ algorithm, key, nonce, aad, text, sealed }) => {
    using imported = AeadKey.importInto(backend, algorithm as AeadAlgorithm, hex(key));
    const output = Buffer.alloc(text.length + aeadTagBytes);
    imported.withHandle((aead, handle) =>
      aead.sealWith(handle, hex(nonce), Buffer.from(text), hex(aad), output),
    );
    expect(output.toString('hex')).toBe(sealed);
    expect(imported.open(hex(nonce + sealed), hex(aad)).toString()).toBe(text);
  });

  test.for(vectors.ed25519)('$source', ({ private: secret, public: open, message, signature }) => {
    using key = SigningKey.importInto(backend, 'ed25519', hex(secret));
    expect(key.publicBytes().toString('hex')).toBe(open);
    expect(key.sign(hex(message)).toString('hex')).toBe(signature);
  });

  test.for(vectors.x25519)('$source', ({ private: secret, peer, shared }) => {
    using key = AgreementKey.importInto(backend, hex(secret));
    expect(key.agree(hex(peer)).toString('hex')).toBe(shared);
  });
});

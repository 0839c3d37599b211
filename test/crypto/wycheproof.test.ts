import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AeadAlgorithm, aeadNonceBytes, aeadTagBytes } from '../../src/backend/contract/aead.ts';
import { AeadKey } from '../../src/crypto/aead/key.ts';
import { MacKey } from '../../src/crypto/hash/mac.ts';
import { AgreementKey } from '../../src/crypto/sign/private-key.ts';
import { VerifyingKey } from '../../src/crypto/sign/verifying-key.ts';
import { describeBackends } from '../parity/backends.ts';
import { sharedData, withoutSharedData } from '../shared-data.ts';

type Case = Record<string, string> & {
  tcId: number;
  result: 'valid' | 'invalid' | 'acceptable';
  size?: number;
};
interface Group {
  readonly keySize?: number;
  readonly ivSize?: number;
  readonly tagSize?: number;
  readonly publicKey?: { readonly pk: string };
  readonly tests: readonly Case[];
}

const folder = sharedData('wycheproof');

function groups(name: string): readonly Group[] {
  return JSON.parse(readFileSync(`${folder}/${name}_test.json`, 'utf8')).testGroups;
}

const hex = (text: string | undefined) => Buffer.from(text ?? '', 'hex');

/** Asserts that what must hold holds, and what must not does not. */
function check(each: Case, held: boolean): void {
  if (each.result !== 'acceptable') expect(held, `test ${each.tcId}`).toBe(each.result === 'valid');
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    expect((error as { code?: string }).code).toMatch(/^WOLFSEC_(OPEN_FAILED|INVALID_KEY)$/);
    return undefined;
  }
}

describeBackends('Wycheproof', (backend) => {
  const ciphers: [string, AeadAlgorithm][] = [
    ['aes_gcm', 'aes-256-gcm'],
    ['aes_gcm_siv', 'aes-256-gcm-siv'],
    ['chacha20_poly1305', 'chacha20-poly1305'],
    ['xchacha20_poly1305', 'xchacha20-poly1305'],
  ];
  test.for(ciphers)('%s', ([name, algorithm], { skip }) => {
    if (!folder) return skip(withoutSharedData);
    let ran = 0;
    for (const { keySize, ivSize, tagSize, tests } of groups(name)) {
      if (keySize !== 256 || tagSize !== 128 || ivSize !== aeadNonceBytes(algorithm) * 8) continue;
      for (const each of tests) {
        using key = AeadKey.importInto(backend, algorithm, hex(each.key));
        const [nonce, aad, message] = [hex(each.iv), hex(each.aad), hex(each.msg)];
        const sealed = Buffer.concat([nonce, hex(each.ct), hex(each.tag)]);
        check(each, attempt(() => key.open(sealed, aad))?.equals(message) ?? false);
        check(each, attempt(() => key.openInPlace(Buffer.from(sealed), aad))?.equals(message) ?? false);
        const output = Buffer.alloc(message.length + aeadTagBytes);
        key.withHandle((aead, handle) => aead.sealWith(handle, nonce, message, aad, output));
        check(each, output.equals(sealed.subarray(nonce.length)));
        ran++;
      }
    }
    expect(ran).toBeGreaterThan(50);
  });

  test.for(['hmac_sha256', 'hmac_sha512'])('%s', (name, { skip }) => {
    if (!folder) return skip(withoutSharedData);
    const algorithm = name.replace('_', '-') as 'hmac-sha256' | 'hmac-sha512';
    for (const { tagSize, tests } of groups(name)) {
      for (const each of tests) {
        if (each.key === '') continue;
        using key = MacKey.importInto(backend, algorithm, hex(each.key));
        const tag = key.sign(hex(each.msg));
        check(each, tag.subarray(0, (tagSize as number) / 8).equals(hex(each.tag)));
        if (tagSize === key.tagBytes * 8) check(each, key.verify(hex(each.msg), hex(each.tag)));
      }
    }
  });

  test('hkdf_sha256', ({ skip }) => {
    if (!folder) return skip(withoutSharedData);
    for (const { tests } of groups('hkdf_sha256')) {
      for (const each of tests) {
        const size = each.size as number;
        // The public function refuses these sizes before a back end sees them.
        if (size > 255 * 32) continue;
        const output = Buffer.alloc(size);
        backend.kdf.hkdf('sha256', hex(each.ikm), hex(each.salt), hex(each.info), output);
        check(each, output.equals(hex(each.okm)));
      }
    }
  });

  test('ed25519', ({ skip }) => {
    if (!folder) return skip(withoutSharedData);
    for (const { publicKey, tests } of groups('ed25519')) {
      const key = attempt(() => VerifyingKey.importInto(backend, 'ed25519', hex(publicKey?.pk)));
      for (const each of tests) check(each, key?.verify(hex(each.msg), hex(each.sig)) ?? false);
    }
  });

  test('x25519', ({ skip }) => {
    if (!folder) return skip(withoutSharedData);
    for (const { tests } of groups('x25519')) {
      for (const each of tests) {
        using key = AgreementKey.importInto(backend, hex(each.private));
        const shared = attempt(() => key.agree(hex(each.public)));
        check(each, shared?.equals(hex(each.shared)) ?? false);
        expect(shared === undefined, `test ${each.tcId}`).toBe(/^0*$/.test(each.shared as string));
      }
    }
  });
});

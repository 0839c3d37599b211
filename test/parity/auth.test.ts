import { hash } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { type JwsAlgorithm, jwsBadSignature, jwsMalformed } from '../../src/backend/contract/auth.ts';
import { backends, describeBackends } from './backends.ts';

const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 120 });

describeBackends('tokens', ({ auth }) => {
  test('have the digest that SHA-256 gives', () => {
    fc.assert(
      fc.property(ascii, ascii, (token, other) => {
        const digest = new Uint8Array(32);
        auth.tokenDigest(token, digest);
        expect(Buffer.from(digest).toString('hex')).toBe(hash('sha256', token));
        expect(auth.tokenMatches(token, digest)).toBe(true);
        expect(auth.tokenMatches(other, digest)).toBe(other === token);
        expect(auth.tokenMatches(token, digest.subarray(1))).toBe(false);
      }),
    );
  });
});

const seed = new Uint8Array(32).fill(7);
const none = new Uint8Array();
const keys: Record<JwsAlgorithm, { secret: Uint8Array; point: Uint8Array; verify: Uint8Array }> = {
  HS256: { secret: seed, point: none, verify: seed },
  ES256: { secret: seed, point: p256.getPublicKey(seed, false), verify: p256.getPublicKey(seed, false) },
  EdDSA: { secret: seed, point: none, verify: ed25519.getPublicKey(seed) },
};

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

function signed({ auth }: Backend, algorithm: JwsAlgorithm, payload: Uint8Array): string {
  const { secret, point } = keys[algorithm];
  const body = `${base64url(Buffer.from('{}'))}.${base64url(payload)}`;
  const signature = auth.openSigningKey(algorithm, secret, point).sign(Buffer.from(body));
  return `${body}.${base64url(signature)}`;
}

test('no back end opens a key of small order, or in another spelling than the canonical', () => {
  const high = new Uint8Array(32).fill(0xff);
  const identity = Uint8Array.of(1, ...new Uint8Array(31));
  for (const backend of backends) {
    for (const key of [high, identity]) {
      expect(() => backend.auth.openVerifyKey('EdDSA', key)).toThrow();
    }
  }
});

describe.each(Object.keys(keys) as JwsAlgorithm[])('%s', (algorithm) => {
  const all = backends.map((backend) => ({
    backend,
    key: backend.auth.openVerifyKey(algorithm, keys[algorithm].verify),
  }));
  const verdicts = (token: string) =>
    all.map(({ key }) => {
      const payload = Buffer.alloc(token.length * 3);
      const length = key.verify(token, payload);
      return length < 0 ? length : payload.toString('latin1', 0, length);
    });

  test('each back end verifies what the other signed, and takes the same for text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.string().map(Buffer.from)), (payload) => {
        const text = Buffer.from(payload);
        const isText = Buffer.from(text.toString()).equals(text);
        for (const { backend } of all) {
          for (const verdict of verdicts(signed(backend, algorithm, payload))) {
            expect(verdict).toBe(isText ? text.toString('latin1') : jwsMalformed);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('both refuse, alike, what was changed anywhere', () => {
    const token = signed(all[0]!.backend, algorithm, Buffer.from('{"sub":"alice"}'));
    const changed = fc.oneof(
      fc
        .tuple(fc.nat(token.length - 1), fc.constantFrom('A', 'w', '_', '.', '=', '+', 'é', '\0', ' '))
        .map(([at, char]) => token.slice(0, at) + char + token.slice(at + 1)),
      fc.nat(token.length).map((to) => token.slice(0, to)),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(`${token}.`, `.${token}`, `${token}=`, `${token}\n`, '..', '...', ''),
    );
    fc.assert(
      fc.property(changed, (text) => {
        const [first, ...rest] = verdicts(text);
        for (const verdict of rest) expect(verdict).toBe(first);
        if (text !== token) expect([jwsMalformed, jwsBadSignature]).toContain(first);
      }),
      { numRuns: 300 },
    );
  });

  test('both refuse the same keys', () => {
    const refusals = (key: Uint8Array) =>
      backends.map(({ auth }) => {
        try {
          auth.openVerifyKey(algorithm, key);
          return 'taken';
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
    const wrong = [
      none,
      new Uint8Array(31),
      new Uint8Array(32),
      new Uint8Array(65),
      new Uint8Array(65).fill(4),
    ];
    for (const key of wrong) {
      const [first, ...rest] = refusals(key);
      expect(first).toBe(algorithm === 'HS256' ? 'taken' : 'WOLFSEC_INVALID_ARGUMENT');
      for (const other of rest) expect(other).toBe(first);
    }
  });
});

describeBackends('long tokens', (backend) => {
  test('are verified too', () => {
    const payload = Buffer.from(JSON.stringify({ text: 'x'.repeat(20_000) }));
    const token = signed(backend, 'HS256', payload);
    const out = Buffer.alloc(token.length);
    const length = backend.auth.openVerifyKey('HS256', seed).verify(token, out);
    expect(out.subarray(0, length).equals(payload)).toBe(true);
  });
});

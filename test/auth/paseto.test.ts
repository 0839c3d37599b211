import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  generatePasetoKey,
  generatePasetoKeyPair,
  openPaseto,
  type PasetoClaims,
  pasetoFooter,
  pasetoKey,
  sealPaseto,
  signPaseto,
  verifyPaseto,
} from '../../src/auth/index.ts';
import { openLocal, sealWith, signPublic, verifyPublic } from '../../src/auth/token/paseto.ts';
import { clock } from './clock.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

// From https://github.com/paseto-standard/test-vectors, v4.json.
describe('the vectors of the PASETO standard', () => {
  const payload = (what: string) => Buffer.from(`{"data":"${what}","exp":"2022-01-01T00:00:00+00:00"}`);
  const footer = '{"kid":"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN"}';
  const zero = '00'.repeat(32);
  const nonce = 'df654812bac492663825520ba2f6e67cf5ca5bdc13d4e7507a98cc4c2fcc3ad8';
  const key = pasetoKey('local', hex('707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f'));

  test.each([
    [
      '4-E-1',
      zero,
      'this is a secret message',
      {},
      'v4.local.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAr68PS4AXe7If_ZgesdkUMvSwscFlAl1pk5HC0e8kApeaqMfGo_7OpBnwJOAbY9V7WU6abu74MmcUE8YWAiaArVI8XJ5hOb_4v9RmDkneN0S92dx0OW4pgy7omxgf3S8c3LlQg',
    ],
    [
      '4-E-3',
      nonce,
      'this is a secret message',
      {},
      'v4.local.32VIErrEkmY4JVILovbmfPXKW9wT1OdQepjMTC_MOtjA4kiqw7_tcaOM5GNEcnTxl60WkwMsYXw6FSNb_UdJPXjpzm0KW9ojM5f4O2mRvE2IcweP-PRdoHjd5-RHCiExR1IK6t6-tyebyWG6Ov7kKvBdkrrAJ837lKP3iDag2hzUPHuMKA',
    ],
    [
      '4-E-7',
      nonce,
      'this is a secret message',
      { footer, implicit: '{"test-vector":"4-E-7"}' },
      'v4.local.32VIErrEkmY4JVILovbmfPXKW9wT1OdQepjMTC_MOtjA4kiqw7_tcaOM5GNEcnTxl60WkwMsYXw6FSNb_UdJPXjpzm0KW9ojM5f4O2mRvE2IcweP-PRdoHjd5-RHCiExR1IK6t40KCCWLA7GYL9KFHzKlwY9_RnIfRrMQpueydLEAZGGcA.eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9',
    ],
    [
      '4-E-9',
      nonce,
      'this is a hidden message',
      { footer: "arbitrary-string-that-isn't-json", implicit: '{"test-vector":"4-E-9"}' },
      'v4.local.32VIErrEkmY4JVILovbmfPXKW9wT1OdQepjMTC_MOtjA4kiqw7_tcaOM5GNEcnTxl60WiA8rd3wgFSNb_UdJPXjpzm0KW9ojM5f4O2mRvE2IcweP-PRdoHjd5-RHCiExR1IK6t6tybdlmnMwcDMw0YxA_gFSE_IUWl78aMtOepFYSWYfQA.YXJiaXRyYXJ5LXN0cmluZy10aGF0LWlzbid0LWpzb24',
    ],
  ] as const)('%s', (_, nonceHex, what, binding, token) => {
    expect(sealWith(key, payload(what), binding, hex(nonceHex))).toBe(token);
    expect(openLocal(key, token, binding)?.toString()).toBe(payload(what).toString());
    expect(openLocal(key, token, { ...binding, implicit: 'other' })).toBeUndefined();
  });

  const secret = pasetoKey('secret', hex('b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a3774'));
  const open = pasetoKey('public', hex('1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2'));

  test.each([
    [
      '4-S-1',
      {},
      'v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9bg_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA',
    ],
    [
      '4-S-3',
      { footer, implicit: '{"test-vector":"4-S-3"}' },
      'v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9NPWciuD3d0o5eXJXG5pJy-DiVEoyPYWs1YSTwWHNJq6DZD3je5gf-0M4JR9ipdUSJbIovzmBECeaWmaqcaP0DQ.eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9',
    ],
  ] as const)('%s', (_, binding, token) => {
    expect(signPublic(secret, payload('this is a signed message'), binding)).toBe(token);
    expect(verifyPublic(open, token, binding)?.toString()).toBe(
      payload('this is a signed message').toString(),
    );
    expect(verifyPublic(open, token, { ...binding, footer: 'other' })).toBeUndefined();
  });
});

describe('claims', () => {
  const time = clock();
  const key = generatePasetoKey();
  const pair = generatePasetoKeyPair();
  const rules = { issuer: 'i', audience: 'a', now: time.now };
  const claims: PasetoClaims = {
    iss: 'i',
    aud: 'a',
    sub: 'alice',
    exp: new Date(time.now() + 60_000).toISOString(),
  };

  test('travel sealed and signed', () => {
    expect(openPaseto(key, sealPaseto(key, claims), rules)).toEqual({ ok: true, claims });
    expect(verifyPaseto(pair.public, signPaseto(pair.secret, claims), rules)).toEqual({ ok: true, claims });
  });

  test.each([
    [{ exp: new Date(0).toISOString() }, 'expired'],
    [{ exp: 'tomorrow' }, 'claims'],
    [{ exp: 4_000_000_000 as never }, 'claims'],
    [{ nbf: new Date(time.now() + 1_000).toISOString() }, 'not_yet_valid'],
    [{ aud: 'b' }, 'audience'],
  ])('%j: %s', (change, reason) => {
    expect(openPaseto(key, sealPaseto(key, { ...claims, ...change }), rules)).toEqual({ ok: false, reason });
  });

  test('a key serves one purpose alone', () => {
    const wrong = expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' });
    expect(() => sealPaseto(pair.secret, claims)).toThrowError(wrong);
    expect(() => openPaseto(pair.public, 'v4.local.AAAA'.padEnd(200, 'A'), rules)).toThrowError(wrong);
    expect(() => signPaseto(key, claims)).toThrowError(wrong);
    expect(() => pasetoKey('public', new Uint8Array(32))).toThrowError(wrong);
    expect(() => pasetoKey('local', new Uint8Array(31))).toThrowError(wrong);
  });

  test('the footer can be read to choose a key', () => {
    const token = sealPaseto(key, claims, { footer: 'k1' });
    expect(pasetoFooter(token)).toBe('k1');
    expect(openPaseto(key, token, rules)).toEqual({ ok: false, reason: 'token' });
    expect(openPaseto(key, token, { ...rules, footer: 'k1' }).ok).toBe(true);
  });

  test('no other token is accepted, and none throws', () => {
    const tokens = [sealPaseto(key, claims), signPaseto(pair.secret, claims)];
    const forged = fc.oneof(
      fc
        .tuple(fc.constantFrom(...tokens), fc.nat(150), fc.constantFrom('A', 'B', '.', '=', 'é'))
        .map(([token, at, char]) => token.slice(0, at) + char + token.slice(at + 1)),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ maxLength: 300 }).map((text) => `v4.local.${text}`),
      fc.anything(),
    );
    fc.assert(
      fc.property(forged, (text) => {
        if (tokens.includes(text as string)) return;
        expect(openPaseto(key, text as string, rules).ok).toBe(false);
        expect(verifyPaseto(pair.public, text as string, rules).ok).toBe(false);
        pasetoFooter(text as string);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  authorize,
  CsrfTokens,
  clearCookie,
  countAuthEvents,
  isCrossSite,
  isSafeMethod,
  LoginGuard,
  readCookie,
  setCookie,
} from '../../src/auth/index.ts';
import { Registry } from '../../src/metrics/index.ts';

const invalid = expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' });

describe('the session cookie', () => {
  test('is bound to host, TLS and site, and kept from scripts', () => {
    expect(setCookie('abc')).toBe('__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax');
    expect(setCookie('abc', { name: 'sid', sameSite: 'Strict', maxAgeMs: 90_500 })).toBe(
      '__Host-sid=abc; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=90',
    );
    expect(clearCookie()).toBe('__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0');
    for (const value of ['a;b', 'a b', 'a"b', 'é', 'a,b', '\n', 'x'.repeat(4_000)]) {
      expect(() => setCookie(value)).toThrowError(invalid);
    }
    expect(() => setCookie('a', { name: 'a=b' })).toThrowError(invalid);
  });

  test('is read back among others, and not where it is there twice', () => {
    expect(readCookie('a=1; __Host-session=abc; b=2')).toBe('abc');
    expect(readCookie('__Host-session=abc')).toBe('abc');
    expect(readCookie('session=abc; x__Host-session=abc')).toBeUndefined();
    expect(readCookie('__Host-session=abc; __Host-session=def')).toBeUndefined();
    expect(readCookie(undefined)).toBeUndefined();
    expect(readCookie(`${'a=1; '.repeat(5_000)}__Host-session=abc`)).toBeUndefined();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (header) => void readCookie(header)));
  });
});

describe('CSRF tokens', () => {
  test('are good for their session alone', () => {
    const csrf = new CsrfTokens();
    const token = csrf.issue('s1');
    expect(csrf.verify('s1', token)).toBe(true);
    expect(csrf.verify('s2', token)).toBe(false);
    expect(new CsrfTokens().verify('s1', token)).toBe(false);
    expect(csrf.issue('s1')).not.toBe(token);
    const secret = new Uint8Array(32).fill(1);
    expect(new CsrfTokens(secret).verify('s1', new CsrfTokens(secret).issue('s1'))).toBe(true);
    expect(() => new CsrfTokens(new Uint8Array(31))).toThrowError(invalid);
    fc.assert(fc.property(fc.anything(), (other) => void expect(csrf.verify('s1', other)).toBe(false)));
  });

  test('come with a look at where the browser says the request is from', () => {
    const from = (headers: Record<string, string>) =>
      isCrossSite((name) => headers[name], ['https://app.example.com']);
    expect(from({})).toBe(false);
    expect(from({ 'sec-fetch-site': 'same-origin' })).toBe(false);
    expect(from({ 'sec-fetch-site': 'none' })).toBe(false);
    expect(from({ 'sec-fetch-site': 'cross-site' })).toBe(true);
    expect(from({ 'sec-fetch-site': 'same-site' })).toBe(true);
    expect(from({ 'sec-fetch-site': 'same-site', origin: 'https://app.example.com' })).toBe(false);
    expect(from({ origin: 'https://evil.example' })).toBe(true);
    expect(from({ origin: 'null' })).toBe(true);
    expect(['GET', 'HEAD', 'OPTIONS', 'TRACE'].every(isSafeMethod)).toBe(true);
    expect(['POST', 'PUT', 'PATCH', 'DELETE', 'get'].some(isSafeMethod)).toBe(false);
  });
});

test.each([
  [{}, {}, true],
  [{ roles: ['a', 'b'] }, { roles: ['a', 'b'] }, true],
  [{ roles: ['a'] }, { roles: ['a', 'b'] }, false],
  [{ roles: ['a'] }, { anyRole: ['a', 'b'] }, true],
  [{}, { anyRole: [] }, false],
  [{ scopes: ['read'] }, { scopes: ['read'] }, true],
  [{ scopes: ['read:*'] }, { scopes: ['read:x'] }, false],
  [{ roles: ['a'], scopes: [] }, { roles: ['a'], scopes: ['read'] }, false],
])('%j for %j: %s', (entitled, requirement, expected) => {
  expect(authorize(entitled, requirement)).toBe(expected);
});

test('outcomes are counted, without names or addresses', async () => {
  const registry = new Registry();
  const guard = new LoginGuard({ listener: countAuthEvents(registry) });
  for (let i = 0; i < 10; i++) {
    const leave = await guard.admit('alice', { address: '192.0.2.1' });
    if (leave.ok) await leave.failed();
  }
  const text = Buffer.from((await registry.scrape()).body).toString();
  expect(text).toContain('wolfsec_auth_events_total{action="lockout",outcome="failure"} 1');
  expect(text).not.toMatch(/alice|192/);
});

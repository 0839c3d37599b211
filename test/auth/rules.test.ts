import { resolve } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type AuthEvent,
  LoginGuard,
  memoryStorage,
  Passwords,
  RefreshTokens,
  Totp,
} from '../../src/auth/index.ts';
import { ThreatDetector } from '../../src/detect/index.ts';
import { clock } from './clock.ts';
import { quickHasher } from './hasher.ts';

// What authentication tells, put to the rules that are shipped for it.
const folder = resolve(import.meta.dirname, '../../rules/auth');

let detector: ThreatDetector;
let titles: Set<string>;
const time = clock();
const listener = (event: AuthEvent) => {
  for (const { title } of detector.detect(event)) titles.add(title);
};
const storage = memoryStorage().records;

beforeEach(async () => {
  detector = await ThreatDetector.create({ rules: [folder] });
  titles = new Set();
});

describe('the shipped rules see', () => {
  test('guessing at one account', async () => {
    const guard = new LoginGuard({ now: time.now, listener });
    const passwords = new Passwords({ storage, hasher: quickHasher(), guard, now: time.now, listener });
    for (let i = 0; i < 30; i++) {
      time.pass(1_000);
      await passwords.login('alice', 'wrong', { address: '203.0.113.5', userAgent: 'curl/8.5.0' });
    }
    expect([...titles].join('\n')).toMatch(/brute force/i);
  });

  test('credential stuffing', async () => {
    const guard = new LoginGuard({ now: time.now, listener });
    const passwords = new Passwords({ storage, hasher: quickHasher(), guard, now: time.now, listener });
    for (let i = 0; i < 40; i++) {
      await passwords.login(`user-${i}`, 'wrong', {
        address: `198.51.100.${i}`,
        userAgent: 'python-requests/2.32.3',
      });
    }
    expect([...titles].join('\n')).toMatch(/stuffing/i);
  });

  test('a refresh token used twice', async () => {
    const tokens = new RefreshTokens({ storage, now: time.now, listener });
    const { token } = await tokens.issue({ userId: 'u1' });
    await tokens.refresh(token);
    await tokens.refresh(token);
    expect([...titles].join('\n')).toMatch(/token/i);
  });

  test('guessing at a second factor', async () => {
    const totp = new Totp({ storage, issuer: 'Example', now: time.now, listener });
    await totp.enrol('u1', 'alice');
    for (let i = 0; i < 12; i++) {
      await totp.confirm('u1', '000000', { userName: 'alice' });
      time.pass(5_000);
    }
    expect([...titles].join('\n')).toMatch(/second factor/i);
  });
});

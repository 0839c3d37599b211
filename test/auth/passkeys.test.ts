import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStorage, Passkeys } from '../../src/auth/index.ts';
import { clock, ear } from './clock.ts';
import { softAuthenticator } from './soft-authenticator.ts';

const origin = 'https://app.example.com';
const alice = { userId: 'u1', userName: 'alice' };

async function setUp() {
  const time = clock();
  const heard = ear();
  const storage = memoryStorage().records;
  const site = { rpId: 'example.com', rpName: 'Example', origins: [origin] };
  const passkeys = new Passkeys({ storage, ...site, now: time.now, listener: heard.listener });
  const device = softAuthenticator('example.com', origin);
  const { ceremonyId, options } = await passkeys.beginRegistration(alice);
  expect(await passkeys.finishRegistration(ceremonyId, device.register(options.challenge), 'Phone')).toEqual({
    ok: true,
    userId: 'u1',
    passkeyId: device.id,
  });
  return { time, heard, passkeys, device };
}

describe('a passkey', () => {
  test('lets its owner in, by name or without', async () => {
    const { passkeys, device, heard } = await setUp();
    for (const userId of ['u1', undefined]) {
      const { ceremonyId, options } = await passkeys.beginLogin(userId);
      expect(options).toMatchObject({ rpId: 'example.com', userVerification: 'required' });
      expect(await passkeys.finishLogin(ceremonyId, device.login(options.challenge))).toMatchObject({
        ok: true,
        userId: 'u1',
      });
    }
    expect(heard.actions()).toEqual(['factor_enrolled', 'factor_succeeded', 'factor_succeeded']);
  });

  test('is listed, and gone when it is removed', async () => {
    const { passkeys, device } = await setUp();
    expect(await passkeys.list('u1')).toMatchObject([{ id: device.id, label: 'Phone', backedUp: false }]);
    expect((await passkeys.beginRegistration(alice)).options.excludeCredentials).toMatchObject([
      { id: device.id },
    ]);
    expect(await passkeys.remove('u2', device.id)).toBe(false);
    expect(await passkeys.remove('u1', device.id)).toBe(true);
    const { ceremonyId, options } = await passkeys.beginLogin();
    expect(await passkeys.finishLogin(ceremonyId, device.login(options.challenge))).toEqual({
      ok: false,
      reason: 'unknown',
    });
  });

  test('answers each challenge once, and in time', async () => {
    const { passkeys, device, time } = await setUp();
    const first = await passkeys.beginLogin('u1');
    const answer = device.login(first.options.challenge);
    expect(await passkeys.finishLogin(first.ceremonyId, answer)).toMatchObject({ ok: true });
    expect(await passkeys.finishLogin(first.ceremonyId, answer)).toEqual({ ok: false, reason: 'ceremony' });
    const second = await passkeys.beginLogin('u1');
    expect(await passkeys.finishLogin(second.ceremonyId, answer)).toEqual({ ok: false, reason: 'response' });
    const third = await passkeys.beginLogin('u1');
    time.pass(300_001);
    expect(await passkeys.finishLogin(third.ceremonyId, device.login(third.options.challenge))).toEqual({
      ok: false,
      reason: 'ceremony',
    });
  });

  test.each([
    ['for another site', { origin: 'https://evil.example' }],
    ['without verifying the user', { verified: false }],
    ['that was cloned (its counter runs backward)', { rewind: 3 }],
  ])('used %s is refused', async (_, how) => {
    const { passkeys, device } = await setUp();
    for (let i = 0; i < 2; i++) {
      const { ceremonyId, options } = await passkeys.beginLogin('u1');
      await passkeys.finishLogin(ceremonyId, device.login(options.challenge));
    }
    const { ceremonyId, options } = await passkeys.beginLogin('u1');
    expect(await passkeys.finishLogin(ceremonyId, device.login(options.challenge, how))).toEqual({
      ok: false,
      reason: 'response',
    });
  });

  test('of one user is none of another’s', async () => {
    const { passkeys, device } = await setUp();
    const { ceremonyId, options } = await passkeys.beginLogin('u2');
    expect(await passkeys.finishLogin(ceremonyId, device.login(options.challenge))).toEqual({
      ok: false,
      reason: 'unknown',
    });
    const again = await passkeys.beginRegistration({ userId: 'u2', userName: 'mallory' });
    expect(
      await passkeys.finishRegistration(again.ceremonyId, device.register(again.options.challenge)),
    ).toMatchObject({ ok: false });
  });
});

test('whatever a browser sends, it answers', async () => {
  const { passkeys } = await setUp();
  await fc.assert(
    fc.asyncProperty(fc.anything(), fc.anything(), async (id, response) => {
      expect((await passkeys.finishLogin(id as string, response as never)).ok).toBe(false);
      const login = await passkeys.beginLogin('u1');
      expect((await passkeys.finishLogin(login.ceremonyId, response as never)).ok).toBe(false);
      const { ceremonyId } = await passkeys.beginRegistration(alice);
      expect((await passkeys.finishRegistration(ceremonyId, response as never)).ok).toBe(false);
    }),
    { numRuns: 50 },
  );
});

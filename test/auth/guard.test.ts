import { describe, expect, test } from 'vitest';
import { distanceKm } from '../../src/auth/guard/travel.ts';
import { LoginGuard, type LoginGuardOptions } from '../../src/auth/index.ts';
import { clock, ear } from './clock.ts';

function setUp(options: LoginGuardOptions = {}) {
  const time = clock();
  const heard = ear();
  const guard = new LoginGuard({ now: time.now, listener: heard.listener, ...options });
  const fail = async (account: string, address?: string, deviceToken?: string) => {
    const leave = await guard.admit(account, { ...(address ? { address } : {}), deviceToken });
    if (leave.ok) await leave.failed();
    return leave.ok ? 0 : leave.retryAfterMs;
  };
  return { time, heard, guard, fail };
}

describe('an account', () => {
  test('waits longer after each failure, up to a limit', async () => {
    const { time, fail, heard } = setUp();
    for (let i = 0; i < 6; i++) expect(await fail('alice')).toBe(0);
    const waits: number[] = [];
    for (let i = 0; i < 14; i++) {
      waits.push(await fail('alice'));
      time.pass(waits.at(-1)!);
      expect(await fail('alice')).toBe(0);
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(900_000);
    expect(heard.actions()).toContain('lockout');
  });

  test('is not locked longer by attempts during the wait', async () => {
    const { time, fail } = setUp();
    for (let i = 0; i < 6; i++) await fail('alice');
    for (let i = 0; i < 1_000; i++) expect(await fail('alice')).toBe(1_000);
    time.pass(1_000);
    expect(await fail('alice')).toBe(0);
  });

  test('cannot be kept from its owner: a device that logged in before is counted apart', async () => {
    const { guard, fail, time } = setUp();
    const device = guard.rememberDevice('alice');
    // A stranger tries at every moment that is open, for a week.
    for (let hour = 0; hour < 24 * 7; hour++) {
      for (let i = 0; i < 10; i++) await fail('alice', '203.0.113.5');
      expect(await guard.admit('alice', { deviceToken: device, address: '203.0.113.5' })).toMatchObject({
        ok: true,
      });
      const leave = await guard.admit('alice', { deviceToken: device });
      if (leave.ok) await leave.succeeded();
      time.pass(3_600_000);
    }
  });

  test('is limited for its own devices too, and a token of another account or a forged one is none', async () => {
    const { guard, fail } = setUp();
    const device = guard.rememberDevice('alice');
    for (let i = 0; i < 6; i++) expect(await fail('alice', undefined, device)).toBe(0);
    expect(await fail('alice', undefined, device)).toBeGreaterThan(0);
    for (let i = 0; i < 6; i++) await fail('bob');
    for (const token of [device, `${guard.rememberDevice('bob').slice(0, -1)}-`, '', 'x'.repeat(65)]) {
      expect(await guard.admit('bob', { deviceToken: token })).toMatchObject({
        ok: false,
        reason: 'account',
      });
    }
  });

  test('is released by a proof of another kind', async () => {
    const { guard, fail } = setUp();
    for (let i = 0; i < 6; i++) await fail('alice');
    expect((await guard.admit('alice')).ok).toBe(false);
    await guard.release('alice');
    expect((await guard.admit('alice')).ok).toBe(true);
  });

  test('has no more tries at once than one after another', async () => {
    const { guard } = setUp();
    const leaves = await Promise.all(Array.from({ length: 100 }, () => guard.admit('alice')));
    expect(leaves.filter(({ ok }) => ok)).toHaveLength(6);
    for (const leave of leaves) if (leave.ok) await leave.failed();
  });

  test('is not held to account for attempts that were not made', async () => {
    const { guard } = setUp();
    for (let i = 0; i < 100; i++) {
      const leave = await guard.admit('alice', { address: '192.0.2.1' });
      expect(leave.ok).toBe(true);
      if (leave.ok) await leave.cancel();
    }
  });

  test('is forgotten after an hour of peace', async () => {
    const { fail, time } = setUp();
    for (let i = 0; i < 6; i++) await fail('alice');
    time.pass(3_600_000);
    for (let i = 0; i < 6; i++) expect(await fail('alice')).toBe(0);
  });
});

test('settings under which nobody would ever wait are refused', () => {
  for (const wrong of [
    { account: { free: Number.NaN } },
    { account: { free: -5 } },
    { account: { firstMs: undefined } },
    { account: { longestMs: 0 } },
    { address: { forgetMs: Number.POSITIVE_INFINITY } },
    { stuffing: { failureShare: 80 } },
    { stuffing: { windowMs: undefined } },
    { stuffing: { accounts: 0 } },
  ]) {
    expect(() => new LoginGuard(wrong as never), JSON.stringify(wrong)).toThrow(
      expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
    );
  }
});

describe('an address', () => {
  test('is limited over all accounts; IPv6 by what one subscriber has', async () => {
    const { fail } = setUp({ stuffing: { accounts: 1_000 } });
    for (let i = 0; i < 21; i++) expect(await fail(`user-${i}`, '192.0.2.7')).toBe(0);
    expect(await fail('another', '192.0.2.7')).toBeGreaterThan(0);
    expect(await fail('another', '192.0.2.8')).toBe(0);
    for (let i = 0; i < 21; i++) await fail(`v6-${i}`, `2001:db8::${i.toString(16)}`);
    expect(await fail('another', '2001:db8:0:0:ffff::1')).toBeGreaterThan(0);
    expect(await fail('another', '2001:db8:0:1::1')).toBe(0);
  });
});

describe('credential stuffing', () => {
  test('from many addresses of one network is told once and slowed down', async () => {
    const { fail, heard, guard, time } = setUp();
    for (let i = 0; i < 40; i++) await fail(`user-${i}`, `203.0.113.${i}`);
    const told = heard.events.filter(({ event }) => event.action === 'credential_stuffing');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ event: { outcome: 'failure' }, wolfsec: { network: '203.0.113' } });
    expect(await fail('victim', '203.0.113.200')).toBe(0);
    expect(await guard.admit('victim-2', { address: '203.0.113.200' })).toMatchObject({
      ok: false,
      reason: 'network',
    });
    expect(await guard.admit('victim-2', { address: '198.51.100.1' })).toMatchObject({ ok: true });
    time.pass(600_000);
    expect(await guard.admit('victim-2', { address: '203.0.113.200' })).toMatchObject({ ok: true });
  });

  test('is not seen in an office where most get in', async () => {
    const { guard, heard } = setUp();
    for (let i = 0; i < 100; i++) {
      const leave = await guard.admit(`user-${i}`, { address: '198.51.100.4' });
      if (leave.ok) await (i % 3 === 0 ? leave.failed() : leave.succeeded());
    }
    expect(heard.actions()).not.toContain('credential_stuffing');
  });
});

describe('impossible travel', () => {
  const berlin = { latitude: 52.52, longitude: 13.405 };
  const sydney = { latitude: -33.869, longitude: 151.209 };

  test('is told where the caller knows places', async () => {
    const { guard, heard, time } = setUp();
    const login = async (location: typeof berlin) => {
      const leave = await guard.admit('alice', { location });
      if (leave.ok) await leave.succeeded('u1');
    };
    await login(berlin);
    time.pass(3_600_000);
    await login({ latitude: 52.4, longitude: 13.1 });
    expect(heard.actions()).not.toContain('impossible_travel');
    time.pass(3_600_000);
    await login(sydney);
    expect(heard.events.at(-1)).toMatchObject({ event: { action: 'impossible_travel' }, user: { id: 'u1' } });
    time.pass(24 * 3_600_000);
    await login(berlin);
    await login({ latitude: Number.NaN, longitude: 0 });
    expect(heard.actions().filter((action) => action === 'impossible_travel')).toHaveLength(1);
  });

  test('measures along the globe', () => {
    expect(distanceKm(berlin, sydney)).toBeGreaterThan(16_000);
    expect(distanceKm(berlin, sydney)).toBeLessThan(16_200);
  });
});

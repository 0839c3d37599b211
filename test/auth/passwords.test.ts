import { scryptSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  LoginGuard,
  memoryStorage,
  PasswordBlocklist,
  type PasswordHashing,
  type PasswordOptions,
  PasswordPolicy,
  type PasswordPolicyOptions,
  Passwords,
  pwnedPasswords,
} from '../../src/auth/index.ts';
import { PasswordHasher } from '../../src/crypto/index.ts';
import { clock, ear } from './clock.ts';
import { quickHasher } from './hasher.ts';

const good = 'correct horse battery staple';

function setUp(options: Partial<PasswordOptions> = {}) {
  const time = clock();
  const heard = ear();
  const storage = memoryStorage().records;
  const hasher = quickHasher();
  const common = { storage, hasher, now: time.now, listener: heard.listener };
  return { time, heard, storage, hasher, passwords: new Passwords({ ...common, ...options }) };
}

describe('a password', () => {
  test('lets its owner in, by any spelling of the name, and nobody else', async () => {
    const { passwords, heard } = setUp();
    expect(await passwords.enrol('Alice@Example.com', 'u1', good)).toEqual({ ok: true });
    expect(await passwords.login(' alice@example.com', good)).toEqual({ ok: true, userId: 'u1' });
    expect(await passwords.login('alice@example.com', `${good}!`)).toEqual({
      ok: false,
      reason: 'credentials',
    });
    expect(await passwords.login('bob@example.com', good)).toEqual({ ok: false, reason: 'credentials' });
    for (const blank of ['', ' ', '\u3000\u00a0'])
      expect(await passwords.login(blank, good)).toEqual({ ok: false, reason: 'credentials' });
    expect(heard.actions()).toEqual(['password_enrolled', 'login_succeeded', 'login_failed', 'login_failed']);
  });

  test('is enrolled once for a name', async () => {
    const { passwords } = setUp();
    await passwords.enrol('alice', 'u1', good);
    expect(await passwords.enrol('ALICE', 'u2', `${good} 2`)).toEqual({ ok: false, reason: 'taken' });
  });

  test('is the same in each Unicode form, is not cut, and may be any text', async () => {
    const { passwords } = setUp();
    await passwords.enrol('alice', 'u1', 'Å ﬁne long pass phrase 🐺');
    expect(await passwords.login('alice', 'Å fine long pass phrase 🐺')).toMatchObject({ ok: true });
    const long = 'x7'.repeat(100);
    await passwords.enrol('bob', 'u2', `${long}a`);
    expect(await passwords.login('bob', `${long}b`)).toMatchObject({ ok: false });
  });

  test('is changed by who knows it, and set anew by who may', async () => {
    const { passwords } = setUp();
    await passwords.enrol('alice', 'u1', good);
    expect(await passwords.change('alice', 'wrong', 'a second good passphrase')).toMatchObject({ ok: false });
    expect(await passwords.change('alice', good, 'short')).toEqual({ ok: false, reason: 'too_short' });
    expect(await passwords.change('alice', good, 'a second good passphrase')).toEqual({ ok: true });
    expect(await passwords.login('alice', good)).toMatchObject({ ok: false });
    expect(await passwords.login('alice', 'a second good passphrase')).toMatchObject({ ok: true });
    expect(await passwords.reset('nobody', good)).toEqual({ ok: false, reason: 'unknown' });
    expect(await passwords.remove('alice')).toBe(true);
    expect(await passwords.login('alice', 'a second good passphrase')).toMatchObject({ ok: false });
  });

  test('never appears in an event or in the storage', async () => {
    const { passwords, heard, storage } = setUp();
    await passwords.enrol('alice', 'u1', good);
    await passwords.login('alice', good);
    await passwords.login('alice', 'a wrong but secret guess');
    const kept = await storage.list('auth.password', { nowMs: 0 });
    expect(JSON.stringify([heard.events, kept])).not.toMatch(/horse|secret guess/);
    expect(JSON.stringify(kept)).toContain('$argon2id$');
  });
});

describe('an old hash', () => {
  test('is replaced when its owner logs in, and not when another guesses', async () => {
    const { passwords, storage, heard, hasher } = setUp();
    const salt = Buffer.alloc(16, 1);
    const derived = scryptSync(good, salt, 32, { N: 1024, r: 8, p: 1 });
    const b64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    const old = `$scrypt$ln=10,r=8,p=1$${b64(salt)}$${b64(derived)}`;
    await storage.put('auth.password', 'alice', { userId: 'u1', hash: old, changedMs: 0 }, { nowMs: 0 });
    await passwords.login('alice', 'wrong');
    await passwords.settled();
    const hashOf = async () => (await storage.get<{ hash: string }>('auth.password', 'alice', 0))!.value.hash;
    expect(await hashOf()).toBe(old);
    expect(await passwords.login('alice', good)).toMatchObject({ ok: true });
    await passwords.settled();
    expect(hasher.needsRehash(await hashOf())).toBe(false);
    expect(heard.actions()).toContain('password_upgraded');
    expect(await passwords.login('alice', good)).toMatchObject({ ok: true });
  });
});

describe('an unknown name', () => {
  test('costs the same hash as a wrong password', async () => {
    const inner = quickHasher();
    const verified: string[] = [];
    const hasher: PasswordHashing = {
      hash: (password) => inner.hash(password),
      needsRehash: (stored) => inner.needsRehash(stored),
      verify: (stored, password) => {
        verified.push(stored.split('$').slice(1, 4).join('$'));
        return inner.verify(stored, password);
      },
    };
    const { passwords } = setUp({ hasher });
    await passwords.enrol('alice', 'u1', good);
    const answers = [await passwords.login('alice', 'wrong'), await passwords.login('nobody', 'wrong')];
    expect(answers[0]).toEqual(answers[1]);
    expect(verified).toHaveLength(2);
    expect(verified[0]).toBe(verified[1]);
    // So do passwords that no account can have.
    for (const password of ['', 'x'.repeat(5_000)]) {
      verified.length = 0;
      await passwords.login('alice', password);
      await passwords.login('nobody', password);
      expect(verified).toHaveLength(2);
    }
  });

  test('is locked like a known one', async () => {
    const time = clock();
    const guard = new LoginGuard({ now: time.now });
    const { passwords } = setUp({ guard, now: time.now });
    await passwords.enrol('alice', 'u1', good);
    const answers = async (name: string) => {
      const list = [];
      for (let i = 0; i < 8; i++) list.push(await passwords.login(name, 'wrong'));
      return list;
    };
    expect(await answers('alice')).toEqual(await answers('nobody'));
  });
});

test('whatever is typed, login answers', async () => {
  const { passwords } = setUp();
  await passwords.enrol('alice', 'u1', good);
  const typed = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.anything());
  await fc.assert(
    fc.asyncProperty(typed, typed, async (name, password) => {
      expect((await passwords.login(name as string, password as string)).ok).toBe(false);
      expect((await passwords.login('alice', password as string)).ok).toBe(false);
    }),
  );
});

test('a full queue is an error of ours, not a failed login', async () => {
  const hasher = new PasswordHasher({ concurrency: 1, waitingMax: 1, cost: { memoryKib: 8192 } });
  const guard = new LoginGuard();
  const { passwords, heard } = setUp({ hasher, guard });
  await passwords.enrol('alice', 'u1', good);
  const tries = Array.from({ length: 4 }, () => passwords.login('alice', 'wrong'));
  const results = await Promise.allSettled(tries);
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'WOLFSEC_QUEUE_FULL' });
  }
  const failed = heard.actions().filter((action) => action === 'login_failed');
  expect(failed.length).toBe(results.filter(({ status }) => status === 'fulfilled').length);
});

describe('the policy', () => {
  const judge = (password: string, options: PasswordPolicyOptions = {}, about?: string[]) =>
    new PasswordPolicy(options).judge(password, about);

  test.each([
    ['14 characters..', {}, undefined],
    ['14 characters.', {}, 'too_short'],
    ['8 chars.', { minChars: 8 }, undefined],
    ['🐺🐺🐺🐺🐺🐺🐺', { minChars: 8 }, 'too_short'],
    ['x'.repeat(257), {}, 'too_long'],
    [`${'only lower case and spaces '.repeat(9)}`, {}, undefined],
    ['aaaaaaaaaaaaaaaa', {}, 'common'],
    ['abcdefghijklmnop', {}, 'common'],
    ['9876543210', { minChars: 8 }, 'common'],
    ['Wolfsec-2026-2026', { contextWords: ['wolfsec'] }, undefined],
    ['wolfsec-1', { minChars: 8, contextWords: ['Wolfsec'] }, 'contextual'],
  ] as const)('%j with %j: %s', async (password, options, expected) => {
    expect(await judge(password, options)).toBe(expected);
  });

  test('keeps the name of the user out', async () => {
    expect(await judge('alice.miller99', { minChars: 8 }, ['alice.miller@example.com'])).toBe('contextual');
  });

  test('does not accept lengths below the standard’s', () => {
    for (const options of [{ minChars: 7 }, { maxChars: 63 }]) {
      expect(() => new PasswordPolicy(options)).toThrowError(
        expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
      );
    }
  });

  test('knows common passwords, in any case', async () => {
    const blocklist = PasswordBlocklist.from(['passwordpassword', 'trustno1trustno1']);
    expect(await judge('PasswordPassword', { blocklist })).toBe('common');
    expect(await judge('passwordpasswore', { blocklist })).toBeUndefined();
  });

  test('lets a password pass where the list of breaches cannot be asked', async () => {
    const errors: unknown[] = [];
    const breaches = async () => {
      throw new Error('down');
    };
    expect(await judge(good, { breaches, onError: (error) => errors.push(error) })).toBeUndefined();
    expect(errors).toHaveLength(1);
  });
});

describe('a block list', () => {
  test('has what it was made of, and survives a file', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1 }), { maxLength: 200 }),
        fc.string({ minLength: 1 }),
        (passwords, other) => {
          const list = PasswordBlocklist.fromBytes(PasswordBlocklist.from(passwords).toBytes());
          for (const password of passwords) expect(list.has(password)).toBe(true);
          const lower = (text: string) => text.normalize('NFKC').toLowerCase();
          expect(list.has(other)).toBe(passwords.some((password) => lower(password) === lower(other)));
        },
      ),
    );
  });

  test('that was changed or cut is refused', () => {
    const bytes = PasswordBlocklist.from(['a', 'b', 'c']).toBytes();
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      for (const wrong of [changed, bytes.subarray(0, at)]) {
        expect(() => PasswordBlocklist.fromBytes(wrong)).toThrowError(
          expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
        );
      }
    }
  });
});

describe('breached passwords', () => {
  test('are asked for by five digits of their hash', async () => {
    const asked: string[] = [];
    // SHA-1 of "password" is 5BAA6 1E4C9B93F3F0682250B6CF8331B7EE68FD8.
    const fetch = (async (url: string) => {
      asked.push(url);
      return new Response(
        '1E4C9B93F3F0682250B6CF8331B7EE68FD7:2\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\r\n0:0\r\n',
      );
    }) as unknown as typeof globalThis.fetch;
    const lookup = pwnedPasswords({ fetch });
    expect(await lookup('password')).toBe(9_545_824);
    expect(asked).toEqual(['https://api.pwnedpasswords.com/range/5BAA6']);
    expect(await lookup('another')).toBe(0);
    expect(await new PasswordPolicy({ breaches: async () => 3 }).judge(good)).toBe('breached');
  });

  test('that cannot be had are an error', async () => {
    const fetch = (async () => new Response('', { status: 503 })) as unknown as typeof globalThis.fetch;
    await expect(pwnedPasswords({ fetch })('x')).rejects.toMatchObject({ code: 'WOLFSEC_DELIVERY_FAILED' });
  });
});

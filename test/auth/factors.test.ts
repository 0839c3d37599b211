import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase32, toBase32 } from '../../src/auth/factor/base32.ts';
import { hotp } from '../../src/auth/factor/hotp.ts';
import { memoryStorage, RecoveryCodes, stepUpNeeded, Totp, type TotpOptions } from '../../src/auth/index.ts';
import { AeadKey } from '../../src/crypto/index.ts';
import { clock, ear } from './clock.ts';
import { quickHasher } from './hasher.ts';

describe('RFC 6238 appendix B', () => {
  const seed = (bytes: number) => Buffer.from('1234567890'.repeat(7).slice(0, bytes));
  const rows: [number, string, string, string][] = [
    [59, '94287082', '46119246', '90693936'],
    [1_111_111_109, '07081804', '68084774', '25091201'],
    [1_111_111_111, '14050471', '67062674', '99943326'],
    [1_234_567_890, '89005924', '91819424', '93441116'],
    [2_000_000_000, '69279037', '90698825', '38618901'],
    [20_000_000_000, '65353130', '77737706', '47863826'],
  ];
  test.each(rows)('%d', (timeS, sha1, sha256, sha512) => {
    const step = Math.floor(timeS / 30);
    expect(hotp(seed(20), step, 8, 'sha1')).toBe(sha1);
    expect(hotp(seed(32), step, 8, 'sha256')).toBe(sha256);
    expect(hotp(seed(64), step, 8, 'sha512')).toBe(sha512);
  });

  test('RFC 4226 appendix D', () => {
    const codes = [
      '755224',
      '287082',
      '359152',
      '969429',
      '338314',
      '254676',
      '287922',
      '162583',
      '399871',
      '520489',
    ];
    for (const [counter, code] of codes.entries()) expect(hotp(seed(20), counter, 6, 'sha1')).toBe(code);
  });
});

test('base32 goes there and back (RFC 4648 section 10)', () => {
  expect(toBase32(Buffer.from('foobar'))).toBe('MZXW6YTBOI');
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(fromBase32(toBase32(bytes))).toEqual(bytes)));
});

async function enrolled(options: Partial<TotpOptions> = {}) {
  const time = clock();
  const heard = ear();
  const { records } = memoryStorage();
  const totp = new Totp({
    storage: records,
    issuer: 'Example & Co',
    now: time.now,
    listener: heard.listener,
    ...options,
  });
  const { secret, url } = await totp.enrol('u1', 'alice@example.com');
  const code = (drift = 0) => hotp(fromBase32(secret), Math.floor(time.now() / 30_000) + drift, 6, 'sha1');
  expect(await totp.confirm('u1', code())).toEqual({ ok: true });
  time.pass(30_000);
  return { time, heard, records, totp, secret, url, code };
}

describe('TOTP', () => {
  test('tells apps what they need', async () => {
    const { url, secret } = await enrolled();
    const parsed = new URL(url);
    expect(parsed.protocol + parsed.host).toBe('otpauth:totp');
    expect(decodeURIComponent(parsed.pathname)).toBe('/Example & Co:alice@example.com');
    expect(Object.fromEntries(parsed.searchParams)).toEqual({
      secret,
      issuer: 'Example & Co',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });

  test('counts only once a code has confirmed it', async () => {
    const { totp } = await enrolled();
    await totp.enrol('u2', 'bob');
    expect(await totp.isEnrolled('u2')).toBe(false);
    expect(await totp.verify('u2', '000000')).toEqual({ ok: false, reason: 'none' });
    expect(await totp.isEnrolled('u1')).toBe(true);
    await totp.enrol('u1', 'alice');
    expect(await totp.isEnrolled('u1')).toBe(true);
  });

  test('accepts a code once, and none older than the last', async () => {
    const { totp, code, time, heard } = await enrolled();
    time.pass(60_000);
    expect(await totp.verify('u1', code())).toEqual({ ok: true });
    expect(await totp.verify('u1', code())).toEqual({ ok: false, reason: 'replayed' });
    expect(await totp.verify('u1', code(-1))).toEqual({ ok: false, reason: 'replayed' });
    expect(heard.actions()).toContain('factor_replayed');
    time.pass(30_000);
    const both = await Promise.all([totp.verify('u1', code()), totp.verify('u1', code())]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('without drift a code lives for its 30 seconds alone', async () => {
    const strict = await enrolled({ driftSteps: 0 });
    const { totp, code, time } = strict;
    time.pass(300_000 - (time.now() % 30_000));
    expect(await totp.verify('u1', code(-1))).toEqual({ ok: false, reason: 'code' });
    expect(await totp.verify('u1', code(1))).toEqual({ ok: false, reason: 'code' });
    const shown = code();
    time.pass(30_000);
    expect(await totp.verify('u1', shown)).toEqual({ ok: false, reason: 'code' });
    expect(await totp.verify('u1', code())).toEqual({ ok: true });
  });

  test('allows for a clock that drifts by one step, not by two', async () => {
    const { totp, code, time } = await enrolled();
    time.pass(300_000);
    expect(await totp.verify('u1', code(-2))).toEqual({ ok: false, reason: 'code' });
    expect(await totp.verify('u1', code(2))).toEqual({ ok: false, reason: 'code' });
    expect(await totp.verify('u1', code(-1))).toEqual({ ok: true });
    expect(await totp.verify('u1', code(1))).toEqual({ ok: true });
  });

  test('stops guessing', async () => {
    const { totp, code, time } = await enrolled();
    for (let i = 0; i < 6; i++)
      expect(await totp.verify('u1', 'abcdef')).toEqual({ ok: false, reason: 'code' });
    expect(await totp.verify('u1', code())).toMatchObject({ ok: false, reason: 'throttled' });
    time.pass(30_000);
    expect(await totp.verify('u1', code())).toEqual({ ok: true });
  });

  test('keeps its secret sealed where it has a key', async () => {
    const plain = await enrolled();
    const read = async ({ records }: { records: (typeof plain)['records'] }) =>
      (await records.get<{ secret: string }>('auth.totp', 'u1', 0))!.value.secret;
    expect(toBase32(Buffer.from(await read(plain), 'base64url'))).toBe(plain.secret);
    const sealed = await enrolled({ key: AeadKey.generate('aes-256-gcm') });
    expect(await read(sealed)).not.toContain(Buffer.from(fromBase32(sealed.secret)).toString('base64url'));
    expect(await sealed.totp.verify('u1', sealed.code())).toEqual({ ok: true });
    expect(await sealed.totp.remove('u1')).toBe(true);
    expect(await sealed.totp.verify('u1', sealed.code())).toEqual({ ok: false, reason: 'none' });
  });

  test('whatever is typed, it answers', async () => {
    const { totp, time } = await enrolled();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), async (code) => {
        time.pass(3_600_000);
        expect((await totp.verify('u1', code as string)).ok).toBe(false);
      }),
    );
  });
});

describe('recovery codes', () => {
  const setUp = async () => {
    const time = clock();
    const heard = ear();
    const { records } = memoryStorage();
    const codes = new RecoveryCodes({
      storage: records,
      hasher: quickHasher(),
      now: time.now,
      listener: heard.listener,
    });
    return { time, heard, records, codes, set: await codes.generate('u1') };
  };

  test('serve once each, however they are typed', async () => {
    const { codes, set } = await setUp();
    expect(set).toHaveLength(10);
    expect(new Set(set).size).toBe(10);
    expect(set[0]).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(await codes.redeem('u1', set[0]!)).toEqual({ ok: true });
    expect(await codes.redeem('u1', set[0]!)).toEqual({ ok: false, reason: 'code' });
    const typed = ` ${set[1]!.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    expect(await codes.redeem('u1', typed)).toEqual({ ok: true });
    expect(await codes.left('u1')).toBe(8);
    const both = await Promise.all([codes.redeem('u1', set[2]!), codes.redeem('u1', set[2]!)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('are not held against anybody while the hasher is busy', async () => {
    const { records, set, time } = await setUp();
    let busy = true;
    const hasher = quickHasher();
    const verify: typeof hasher.verify = async (...given) => {
      if (busy) throw Object.assign(new Error('busy'), { code: 'WOLFSEC_QUEUE_FULL' });
      return hasher.verify(...given);
    };
    const codes = new RecoveryCodes({
      storage: records,
      hasher: { hash: (text) => hasher.hash(text), needsRehash: () => false, verify },
      now: time.now,
    });
    for (let i = 0; i < 10; i++) await expect(codes.redeem('u1', set[0]!)).rejects.toThrow('busy');
    busy = false;
    expect(await codes.redeem('u1', set[0]!)).toEqual({ ok: true });
  });

  test('are stored as password hashes, are void with the next set, and cannot be guessed on', async () => {
    const { codes, set, records } = await setUp();
    const stored = JSON.stringify(await records.get('auth.recovery', 'u1', 0));
    expect(stored).toContain('$argon2id$');
    for (const code of set) expect(stored).not.toContain(code.replaceAll('-', '').slice(2));
    await codes.generate('u1');
    expect(await codes.redeem('u1', set[0]!)).toEqual({ ok: false, reason: 'code' });
    for (let i = 0; i < 6; i++) await codes.redeem('u1', `${i}`);
    expect(await codes.redeem('u1', set[1]!)).toMatchObject({ ok: false, reason: 'throttled' });
    expect(await codes.redeem('u2', set[1]!)).toEqual({ ok: false, reason: 'none' });
  });
});

test('step-up asks for what a session lacks', () => {
  const session = { authTimeMs: 1_000, methods: ['pwd'] };
  expect(stepUpNeeded(session, {}, 2_000)).toBeUndefined();
  expect(stepUpNeeded(session, { maxAgeMs: 1_000 }, 2_000)).toBe('too_old');
  expect(stepUpNeeded(session, { maxAgeMs: 1_001 }, 2_000)).toBeUndefined();
  expect(stepUpNeeded(session, { anyMethod: ['otp', 'hwk'] }, 2_000)).toBe('method');
  expect(stepUpNeeded({ ...session, methods: ['pwd', 'pwd'] }, { methods: 2 }, 2_000)).toBe('method');
  expect(
    stepUpNeeded({ ...session, methods: ['pwd', 'otp'] }, { methods: 2, anyMethod: ['otp'] }, 2_000),
  ).toBeUndefined();
});

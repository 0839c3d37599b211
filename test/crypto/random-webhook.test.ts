import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  passphrase,
  randomText,
  randomToken,
  refuseWebhook,
  signWebhook,
  uuidv7,
  verifyWebhook,
} from '../../src/crypto/index.ts';

test('UUIDs of version 7 rise, tell the time and do not repeat', () => {
  const before = Date.now();
  const ids = Array.from({ length: 20_000 }, uuidv7);
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true);
  expect(ids.every((id, i) => i === 0 || (ids[i - 1] as string) < id)).toBe(true);
  const time = Number.parseInt(ids[0]!.replace('-', '').slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThan(before + 60_000);
});

test('tokens, texts and passphrases', () => {
  expect(randomToken()).toMatch(/^[\w-]{43}$/);
  expect(randomText(2000, 'abc')).toMatch(/^[abc]{2000}$/);
  expect(new Set(randomText(2000, 'abc'))).toEqual(new Set('abc'));
  expect(passphrase()).toMatch(/^([a-z]+-){6}[a-z]+$/);
  expect(passphrase()).not.toBe(passphrase());
  expect(() => passphrase(3)).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
  expect(() => randomText(5, 'aa')).toThrow(expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }));
});

const nowMs = 1_700_000_000_000;
const body = '{"a":1}';

test('what node:crypto signs is accepted', () => {
  const hex = (text: string) => createHmac('sha256', 'secret').update(text).digest('hex');
  const stripe = `t=1700000000,v1=${hex(`1700000000.${body}`)},v0=ignored`;
  expect(verifyWebhook('stripe', { body, signature: stripe }, 'secret', { nowMs })).toBe(true);
  expect(verifyWebhook('github', { body, signature: `sha256=${hex(body)}` }, 'secret')).toBe(true);
  const standard = createHmac('sha256', 'secret').update(`msg_1.1700000000.${body}`).digest('base64');
  const webhook = { body, signature: `v1,${standard}`, id: 'msg_1', timestamp: '1700000000' };
  expect(verifyWebhook('standard', webhook, ['old', 'secret'], { nowMs })).toBe(true);
});

test('the reference vector of Standard Webhooks: a whsec_ secret stands for the bytes that it encodes', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const at = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', nowMs: 1_614_265_330_000 };
  const payload = '{"test": 2432232314}';
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  expect(signWebhook('standard', payload, secret, at)).toBe(signature);
  const webhook = { body: payload, signature, id: at.id, timestamp: '1614265330' };
  expect(verifyWebhook('standard', webhook, secret, at)).toBe(true);
  // Stripe's begin with the same letters, and are text.
  expect(
    verifyWebhook('stripe', { body, signature: signWebhook('stripe', body, secret, at) }, secret, at),
  ).toBe(true);
  const hex = createHmac('sha256', secret).update(`1614265330.${body}`).digest('hex');
  expect(signWebhook('stripe', body, secret, at)).toBe(`t=1614265330,v1=${hex}`);
});

test('a whsec_ secret that is not base64 is refused, and not repeated', () => {
  expect(() => signWebhook('standard', body, 'whsec_not base64!', { id: 'msg_1' })).toThrow(
    expect.objectContaining({
      code: 'WOLFSEC_INVALID_KEY',
      message: expect.not.stringContaining('not base64!'),
    }),
  );
});

test.for(['stripe', 'github', 'standard'] as const)(
  '%s: late, changed and broken ones are refused',
  (scheme) => {
    const rest = { id: 'msg_1', timestamp: '1700000000' };
    const signature = signWebhook(scheme, body, 'secret', { nowMs, id: rest.id });
    const refuse = (change: object, options = { nowMs }, secret = 'secret') =>
      refuseWebhook(scheme, { body, signature, ...rest, ...change }, secret, options);
    expect(refuse({})).toBeUndefined();
    expect(refuse({ body: '{"a":2}' })).toBe('mismatch');
    expect(refuse({}, { nowMs }, 'other')).toBe('mismatch');
    expect(refuse({ signature: 'nonsense' })).toBe('malformed');
    expect(refuse({ signature: 'x'.repeat(10_000) })).toBe('malformed');
    const late = scheme === 'github' ? undefined : 'expired';
    expect(refuse({}, { nowMs: nowMs + 301_000 })).toBe(late);
    expect(refuse({}, { nowMs: nowMs - 301_000 })).toBe(late);
  },
);

test('settings that cannot be right are told whatever arrives', () => {
  const malformed = { body, signature: 'nonsense' };
  const refused = (name: string) =>
    expect.objectContaining({ name: 'WolfsecError', code: `WOLFSEC_${name}` });
  expect(() => refuseWebhook('gitlab' as never, malformed, 'secret')).toThrow(refused('INVALID_ARGUMENT'));
  expect(() => signWebhook('gitlab' as never, body, 'secret')).toThrow(refused('INVALID_ARGUMENT'));
  for (const scheme of ['stripe', 'github', 'standard'] as const) {
    for (const secrets of ['', [''], ['secret', Buffer.alloc(0)]]) {
      expect(() => verifyWebhook(scheme, malformed, secrets)).toThrow(refused('INVALID_KEY'));
    }
    for (const secrets of [undefined, null, ['secret', undefined]] as never[]) {
      expect(() => verifyWebhook(scheme, malformed, secrets)).toThrow(refused('INVALID_ARGUMENT'));
    }
  }
  expect(() => verifyWebhook('standard', malformed, 'whsec_')).toThrow(refused('INVALID_KEY'));
  expect(() => verifyWebhook('standard', malformed, 'whsec_!')).toThrow(refused('INVALID_KEY'));
});

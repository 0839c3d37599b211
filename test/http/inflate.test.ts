import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type GuardOptions, HttpGuard } from '../../src/http/index.ts';
import { inflateBody } from '../../src/http/inflate.ts';

const codings: [string, string, ((body: Buffer) => Buffer) | undefined][] = [
  ['gzip', 'gzip', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without its header', 'deflate', deflateRawSync],
  ['br', 'br', brotliCompressSync],
  ['zstd', 'zstd', zstdCompressSync],
];
const most = 131_072;

describe.each(codings)('%s', (_, coding, compress) => {
  const known = test.skipIf(compress === undefined);
  const encode = (body: Buffer) => compress?.(body) ?? Buffer.alloc(0);

  known('is taken off, whole and cut short', async () => {
    const lines = Array.from({ length: 9000 }, (_line, at) => `line ${at} ${Math.sin(at)}`).join('\n');
    const whole = Buffer.from(lines);
    const encoded = encode(whole);
    expect(await inflateBody(encoded, coding, 1 << 20)).toEqual({ outcome: 'read', body: whole });
    const start = await inflateBody(encoded.subarray(0, encoded.length >> 1), coding, 1 << 20);
    expect(start.outcome).toBe('read');
    expect(start.body.length).toBeGreaterThan(1000);
    expect(whole.subarray(0, start.body.length).equals(start.body)).toBe(true);
    expect((await inflateBody(encoded, coding, 100)).body).toHaveLength(100);
  });

  known('says of a bomb that it is one, without holding it', async () => {
    const bomb = encode(Buffer.alloc(32 << 20));
    const { outcome, body } = await inflateBody(bomb.subarray(0, most), coding, most);
    expect([outcome, body.length]).toEqual(['bomb', 0]);
  });

  known('is no bomb where it is small, however much it grows', async () => {
    const { outcome, body } = await inflateBody(encode(Buffer.alloc(60_000)), coding, most);
    expect([outcome, body.length]).toEqual(['read', 60_000]);
  });
});

test('layers come off in turn, two at most; what is none is unreadable', async () => {
  const body = Buffer.from('{"a":1}');
  expect(await inflateBody(gzipSync(deflateSync(body)), 'deflate, gzip', most)).toEqual({
    outcome: 'read',
    body,
  });
  const bomb = gzipSync(gzipSync(Buffer.alloc(64 << 20)));
  expect((await inflateBody(bomb, 'gzip, gzip', most)).outcome).toBe('bomb');
  for (const [coding, encoded] of [
    ['gzip', Buffer.from('no gzip at all')],
    ['compress', body],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(body)))],
  ] as const) {
    expect((await inflateBody(encoded, coding, most)).outcome).toBe('unreadable');
  }
});

test.skipIf(zstdCompressSync === undefined)('frames of zstd are read one after the other', async () => {
  const [one, two] = [Buffer.from('a=1'), Buffer.from('&b=2')];
  const frames = Buffer.concat([zstdCompressSync(one), zstdCompressSync(two)]);
  expect(await inflateBody(frames, 'zstd', most, true)).toEqual({
    outcome: 'read',
    body: Buffer.concat([one, two]),
  });
  expect((await inflateBody(frames, 'zstd', 5)).body.toString()).toBe('a=1&b');
  const behind = await inflateBody(Buffer.concat([frames, two]), 'zstd', most, true);
  expect(behind).toMatchObject({ outcome: 'read', mixed: true });
  const bomb = Buffer.concat([zstdCompressSync(one), zstdCompressSync(Buffer.alloc(32 << 20))]);
  expect((await inflateBody(bomb, 'zstd', most)).outcome).toBe('bomb');
  const many = Buffer.concat(Array.from({ length: 65 }, () => zstdCompressSync(one)));
  expect((await inflateBody(many, 'zstd', most)).outcome).toBe('bomb');
});

describe('the guard', () => {
  const post = (body: Buffer, coding: string) => ({
    method: 'POST',
    url: '/items',
    rawHeaders: [
      'content-type',
      'application/json',
      'content-encoding',
      coding,
      'content-length',
      String(body.length),
    ],
    remoteAddress: '192.0.2.9',
  });
  const decide = async (options: GuardOptions, body: Buffer, coding: string) => {
    const guard = new HttpGuard(options);
    const request = post(body, coding);
    return guard.examine(request, await guard.admit(request), body);
  };

  test('finds an attack in a compressed body', async () => {
    const body = gzipSync(JSON.stringify({ user: "x' OR 1=1 -- " }));
    expect(await decide({ mode: 'block' }, body, 'gzip')).toMatchObject({
      action: 'block',
      reason: 'attack',
    });
    const fine = gzipSync(JSON.stringify({ user: 'Ada' }));
    expect(await decide({ mode: 'block' }, fine, 'gzip')).toMatchObject({ action: 'pass' });
  });

  test.skipIf(zstdCompressSync === undefined)('finds an attack in the second frame of zstd', async () => {
    const text = JSON.stringify({ user: "x' OR 1=1 -- " });
    const body = Buffer.concat([zstdCompressSync(text.slice(0, 4)), zstdCompressSync(text.slice(4))]);
    expect(await decide({ mode: 'block' }, body, 'zstd')).toMatchObject({
      action: 'block',
      reason: 'attack',
    });
  });

  test.each(['gzip', 'deflate', 'br', 'zstd', 'compress', 'gzip, gzip, gzip'])(
    'finds an attack in a body that only claims to be %s',
    async (coding) => {
      const body = Buffer.from(JSON.stringify({ user: "x' OR 1=1 -- " }));
      expect(await decide({ mode: 'block' }, body, coding)).toMatchObject({ action: 'block' });
    },
  );

  test.each(codings)('finds an attack behind what is %s', async (_, coding, compress) => {
    const fields = Buffer.from('&user=x%27+OR+1%3D1+--+');
    const form = (body: Buffer) => {
      const { rawHeaders, ...rest } = post(body, coding);
      return {
        ...rest,
        rawHeaders: ['content-type', 'application/x-www-form-urlencoded', ...rawHeaders.slice(2)],
      };
    };
    for (const filling of ['a=1', 'a'.repeat(2 * most)]) {
      const encoded = compress?.(Buffer.from(filling.replaceAll('aa', () => Math.random().toString(36))));
      if (encoded === undefined) continue;
      const guard = new HttpGuard({ mode: 'block', maxBodyBytes: 4 * most });
      const request = form(Buffer.concat([encoded, fields]));
      const admission = { ...(await guard.admit(request)), bodyBytes: most };
      const decision = await guard.examine(request, admission, Buffer.concat([encoded, fields]));
      expect(decision).toMatchObject({ action: 'block', reason: 'attack' });
    }
  });

  test.each(codings)('finds nothing in the bytes of %s themselves', async (_, coding, compress) => {
    for (let words = 1; words < 20_000; words *= 3) {
      const text = Array.from({ length: words }, (_word, at) => `word ${Math.sin(at)}`).join(' ');
      const body = compress?.(Buffer.from(JSON.stringify({ text })));
      if (body === undefined) continue;
      const decision = await decide({ mode: 'block' }, body.subarray(0, most), coding);
      expect(decision.verdict?.attack ?? false).toBe(false);
    }
  });

  test('answers a bomb with 413, or reports it where it monitors', async () => {
    const bomb = gzipSync(Buffer.alloc(16 << 20));
    const refused = { action: 'block', reason: 'compression-bomb', status: 413 };
    expect(await decide({ mode: 'block' }, bomb, 'gzip')).toMatchObject(refused);
    expect(await decide({}, bomb, 'gzip')).toMatchObject({ action: 'pass', reason: 'compression-bomb' });
  });
});

import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unpack } from '../../src/server/body.ts';
import { readLokiProtobuf } from '../../src/server/formats/loki.ts';
import { readOtlpProtobuf } from '../../src/server/formats/otlp.ts';
import { decode } from '../../src/server/formats/protobuf.ts';
import { attack, ndjson } from '../pipeline/rules.ts';
import { detectionsOf, withService } from './running.ts';
import { send } from './send.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const otlp = fixture('otlp-logs.pb');
const loki = fixture('loki-push.snappy');
const now = new Date(0);
const protobuf = { 'content-type': 'application/x-protobuf' };

test('OTLP: every kind of value, ids as hexadecimal text, unknown fields skipped', () => {
  expect(readOtlpProtobuf(otlp, now)).toEqual([
    {
      '@timestamp': '2026-01-01T00:00:00.123Z',
      'host.name': 'db1',
      'otel.scope.name': 'shop',
      message: 'started',
      CommandLine: 'whoami /all',
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      ratio: 0.5,
      list: [true, -9007199254740992],
      'log.level': 'INFO',
      'trace.id': '5b8efff798038103d269b633813fc60c',
      'span.id': 'eee19b7ec3c1b174',
    },
    {
      '@timestamp': '2026-01-01T00:00:01.000Z',
      'host.name': 'db1',
      'otel.scope.name': 'shop',
      CommandLine: 'whoami',
      raw: 'AP8=',
    },
  ]);
});

test('Loki: labels with escapes, metadata, lines of JSON and of text', async () => {
  const body = await unpack(loki, 'snappy', 1024 * 1024);
  const stream = { job: 'web', host: 'db"1é' };
  expect(readLokiProtobuf(body, now)).toEqual([
    {
      '@timestamp': '2026-01-01T00:00:00.123Z',
      ...stream,
      trace: 't1',
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      CommandLine: 'whoami /all',
    },
    {
      '@timestamp': '2026-01-01T00:00:01.000Z',
      ...stream,
      message: Array(5).fill('plain text').join(', '),
    },
    { '@timestamp': '1970-01-01T00:00:00.000Z', message: 'no time' },
  ]);
});

test('both are taken by the service, packed in any way, and answered in kind', () =>
  withService({}, async (service) => {
    const logs = await send(service.url, '/v1/logs', otlp, protobuf);
    expect(logs.status).toBe(200);
    expect(logs.headers['content-type']).toBe('application/x-protobuf');
    expect(logs.body).toBe('');
    const packed = [gzipSync(otlp), 'gzip', zstdCompressSync(otlp), 'zstd'] as const;
    for (const [body, encoding] of [packed.slice(0, 2), packed.slice(2)] as [Buffer, string][]) {
      const headers = { ...protobuf, 'content-encoding': encoding };
      expect(await send(service.url, '/v1/logs', body, headers)).toMatchObject({ status: 200 });
    }
    expect(await send(service.url, '/loki/api/v1/push', loki, protobuf)).toMatchObject({ status: 204 });
    const named = { ...protobuf, 'content-encoding': 'snappy' };
    expect(await send(service.url, '/loki/api/v1/push', loki, named)).toMatchObject({ status: 204 });
    expect(await detectionsOf(service)).toHaveLength(3 * 2 + 2);
  }));

test('what is no protobuf, too large or of another type is refused in the format asked for', () =>
  withService({ maxBodyBytes: 2048, maxQueueBytes: 4096 }, async (service) => {
    const bad = await send(service.url, '/v1/logs', Buffer.from('\xff\xff nonsense', 'latin1'), protobuf);
    expect(bad.status).toBe(400);
    expect(bad.headers['content-type']).toBe('application/x-protobuf');
    expect(decode('Status', Buffer.from(bad.body))).toMatchObject({ code: 3 });
    // A length of 2^31 - 1 at the head: refused before anything is set aside for it.
    const bomb = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00]);
    expect(await send(service.url, '/loki/api/v1/push', bomb, protobuf)).toMatchObject({ status: 413 });
    const broken = Buffer.concat([loki.subarray(0, 40), Buffer.from('broken')]);
    expect(await send(service.url, '/loki/api/v1/push', broken, protobuf)).toMatchObject({ status: 400 });
    const text = { 'content-type': 'text/plain' };
    expect(await send(service.url, '/v1/logs', ndjson([attack()]), text)).toMatchObject({ status: 415 });
  }));

test('messages nested without end, and labels that are none, are refused', () => {
  let value: Buffer<ArrayBuffer> = Buffer.from([0x0a, 1, 0x78]);
  for (let depth = 0; depth < 2_000; depth++) value = field(5, field(1, value));
  const request = field(1, field(2, field(2, field(5, value))));
  expect(() => readOtlpProtobuf(request, now)).toThrow(
    expect.objectContaining({ code: 'WOLFSEC_EVENT_INVALID' }),
  );
  for (const labels of ['{job=web}', 'job="web"', '{job="web",,}', '{job="web" host="a"}', `{a="${'\\'}`]) {
    const push = field(1, Buffer.concat([field(1, Buffer.from(labels)), field(2, Buffer.alloc(0))]));
    expect(() => readLokiProtobuf(push, now), labels).toThrow(/streams\[0\]\.labels/);
  }
});

/** A field of bytes, by the encoding's own rules. */
function field(number: number, content: Uint8Array): Buffer<ArrayBuffer> {
  const length: number[] = [];
  let left = content.length;
  while (left > 127) {
    length.push((left & 127) | 128);
    left >>>= 7;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, left]), content]);
}

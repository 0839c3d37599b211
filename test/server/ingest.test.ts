import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { type BatchResult, ThreatDetector } from '../../src/detect/index.ts';
import { attack, harmless, ndjson } from '../pipeline/rules.ts';
import { detectionsOf, withService } from './running.ts';
import { ask, send } from './send.ts';

test('NDJSON: plain, gzip and zstd, answered when stored', () =>
  withService({}, async (service) => {
    const batch = ndjson([harmless(), attack(1)]);
    for (const [encoding, body] of [
      [undefined, batch],
      ['gzip', gzipSync(batch)],
      ['zstd', zstdCompressSync(batch)],
    ] as const) {
      const headers = encoding === undefined ? {} : { 'content-encoding': encoding };
      const answer = await send(service.url, '/v1/events', body, headers);
      expect(answer).toMatchObject({ status: 200, body: { accepted: 2, rejected: 0, detections: 1 } });
    }
    expect(await detectionsOf(service)).toHaveLength(3);
    expect((await detectionsOf(service))[0]).toMatchObject({ title: 'Whoami', line: 2 });
  }));

test('every frame of a body in zstd counts; one in a thousand frames or cut off is refused', () =>
  withService({}, async (service) => {
    const zstd = { 'content-encoding': 'zstd' };
    const [one, two] = [zstdCompressSync(`${ndjson([harmless()])}\n`), zstdCompressSync(ndjson([attack(1)]))];
    const both = Buffer.concat([one, two]);
    expect(await send(service.url, '/v1/events', both, zstd)).toMatchObject({
      status: 200,
      body: { accepted: 2, rejected: 0, detections: 1 },
    });
    expect(await send(service.url, '/v1/events', both.subarray(0, -4), zstd)).toMatchObject({ status: 400 });
    const many = Buffer.concat(Array.from({ length: 1_001 }, () => one));
    expect(await send(service.url, '/v1/events', many, zstd)).toMatchObject({ status: 413 });
  }));

test('lines that are not events are told of, and the others count', () =>
  withService({}, async (service) => {
    const mixed = Buffer.from(`${JSON.stringify(attack())}\nnot json\n[1]`);
    expect(await send(service.url, '/v1/events', mixed)).toMatchObject({
      status: 200,
      body: {
        accepted: 1,
        rejected: 2,
        faults: [
          { line: 2, message: 'not valid JSON' },
          { line: 3, message: 'not a JSON object' },
        ],
      },
    });
    expect(await send(service.url, '/v1/events', Buffer.from('nothing'))).toMatchObject({ status: 400 });
  }));

test('a batch sent again under its key counts once', () =>
  withService({}, async (service) => {
    const headers = { 'idempotency-key': 'batch-7' };
    for (let i = 0; i < 2; i++) await send(service.url, '/v1/events', ndjson([attack()]), headers);
    expect(await detectionsOf(service)).toHaveLength(1);
    expect(service.alerts.figures().raised).toBe(1);
    const odd = await send(service.url, '/v1/events', ndjson([attack()]), {
      'idempotency-key': 'x'.repeat(129),
    });
    expect(odd).toMatchObject({ status: 400, body: { error: { code: 'WOLFSEC_INVALID_ARGUMENT' } } });
  }));

test('bodies beyond the limit, packed bombs and damaged ones are refused', () =>
  withService({ maxBodyBytes: 4096 }, async (service) => {
    const large = Buffer.alloc(5000, 0x20);
    expect(await send(service.url, '/v1/events', large)).toMatchObject({ status: 413 });
    const bomb = gzipSync(Buffer.alloc(1 << 20));
    expect(bomb.length).toBeLessThan(4096);
    const gzip = { 'content-encoding': 'gzip' };
    expect(await send(service.url, '/v1/events', bomb, gzip)).toMatchObject({
      status: 413,
      body: { error: { code: 'WOLFSEC_LIMIT_EXCEEDED' } },
    });
    expect(await send(service.url, '/v1/events', Buffer.from('plain'), gzip)).toMatchObject({
      status: 400,
      body: { error: { code: 'WOLFSEC_INPUT_DAMAGED' } },
    });
    const other = { 'content-encoding': 'br' };
    expect(await send(service.url, '/v1/events', Buffer.from('plain'), other)).toMatchObject({ status: 415 });
  }));

test('a full engine answers 429 with Retry-After', () =>
  withService({ maxQueueBatches: 1 }, async (service) => {
    const held = Promise.withResolvers<BatchResult>();
    const process = vi.spyOn(ThreatDetector.prototype, 'processBatch').mockReturnValueOnce(held.promise);
    const slow = service.pipeline.take({ ndjson: ndjson([harmless(1)]), door: 'test', source: 'a' });
    const answer = await send(service.url, '/v1/events', ndjson([attack()]));
    expect(answer).toMatchObject({ status: 429, body: { error: { code: 'WOLFSEC_QUEUE_FULL' } } });
    expect(answer.headers['retry-after']).toBe('1');
    held.resolve({ events: 1, detections: [], faults: [], texts: new Map() });
    await slow;
    process.mockRestore();
    expect(await send(service.url, '/v1/events', ndjson([attack()]))).toMatchObject({ status: 200 });
  }));

test('Elasticsearch: documents as they came, an answer for each action', () =>
  withService({}, async (service) => {
    const lines = [
      '{"index":{"_index":"logs"}}',
      JSON.stringify(attack(1)),
      '{"create":{"_id":"7"}}',
      'not json',
      '{"delete":{"_id":"8"}}',
      '{"index":{"_index":"logs"}}',
      JSON.stringify(attack(2)),
    ];
    const answer = await send(service.url, '/elastic/fallback/_bulk', Buffer.from(`${lines.join('\n')}\n`));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        errors: true,
        items: [
          { index: { _index: 'logs', status: 201 } },
          { create: { _index: 'fallback', _id: '7', status: 400, error: { reason: 'not valid JSON' } } },
          { delete: { _id: '8', status: 400 } },
          { index: { status: 201 } },
        ],
      },
    });
    expect(answer.headers['x-elastic-product']).toBe('Elasticsearch');
    expect(await detectionsOf(service)).toHaveLength(2);
    const broken = await send(service.url, '/_bulk', Buffer.from('{"index":{}}\n{}\nnonsense\n{}\n'));
    expect(broken).toMatchObject({ status: 400, body: { error: { reason: expect.stringContaining('3') } } });
  }));

test('Splunk: objects one behind the other, texts and raw lines', () =>
  withService({}, async (service) => {
    const body =
      JSON.stringify({ time: 1767225600.5, host: 'web', event: attack(1) }) +
      JSON.stringify({ event: JSON.stringify(attack(2)), fields: { tier: 'a}b"' } });
    const answer = await send(service.url, '/services/collector/event', Buffer.from(body));
    expect(answer).toMatchObject({ status: 200, body: { text: 'Success', code: 0 } });
    await send(service.url, '/services/collector/raw', ndjson([attack(3), harmless()]));
    const found = await detectionsOf(service);
    expect(found).toHaveLength(3);
    expect(found.map(({ timeMs }) => timeMs)).toContain(1767225600500);
    const bad = await send(service.url, '/services/collector', Buffer.from('{"event":1} x'));
    expect(bad).toMatchObject({ status: 400, body: { code: 6 } });
    expect(await send(service.url, '/services/collector', Buffer.alloc(0))).toMatchObject({
      status: 400,
      body: { code: 5 },
    });
  }));

test('Loki: labels and lines become events', () =>
  withService({}, async (service) => {
    const streams = [
      { stream: { job: 'a' }, values: [['1767225600000000000', JSON.stringify(attack()), { trace: 't' }]] },
    ];
    const json = { 'content-type': 'application/json' };
    const push = (body: unknown) =>
      send(service.url, '/loki/api/v1/push', Buffer.from(JSON.stringify(body)), json);
    expect(await push({ streams })).toMatchObject({ status: 204 });
    expect((await detectionsOf(service))[0]).toMatchObject({ timeMs: 1767225600000 });
    expect(await push({ streams: [{ stream: {}, values: [[1, 2]] }] })).toMatchObject({ status: 400 });
  }));

test('OTLP: attributes and bodies become events', () =>
  withService({}, async (service) => {
    const text = (key: string, value: unknown) => ({ key, value: { stringValue: String(value) } });
    const record = {
      timeUnixNano: '1767225600000000000',
      body: { stringValue: 'started' },
      attributes: Object.entries(attack()).map(([key, value]) => text(key, value)),
    };
    const nested = {
      body: { kvlistValue: { values: Object.entries(attack()).map(([key, value]) => text(key, value)) } },
    };
    const request = {
      resourceLogs: [
        {
          resource: { attributes: [text('host.name', 'db1')] },
          scopeLogs: [{ logRecords: [record, nested] }],
        },
      ],
    };
    const json = { 'content-type': 'application/json' };
    const answer = await send(service.url, '/v1/logs', Buffer.from(JSON.stringify(request)), json);
    expect(answer).toMatchObject({ status: 200, body: { partialSuccess: {} } });
    const found = await detectionsOf(service);
    expect(found).toHaveLength(2);
    expect(found.map(({ timeMs }) => timeMs)).toContain(1767225600000);
    const bad = await send(service.url, '/v1/logs', Buffer.from('{"resourceLogs":{}}'), json);
    expect(bad).toMatchObject({ status: 400, body: { code: 3 } });
  }));

test('alerts are kept in a file, also where the webhook cannot be reached', () =>
  withService({ webhookUrl: 'https://hook.invalid/alerts' }, async (service, folder) => {
    await send(service.url, '/v1/events', ndjson([attack()]));
    const kept = () => readFile(join(folder, 'alerts.ndjson'), 'utf8').catch(() => '');
    await expect.poll(kept, { timeout: 5_000 }).toContain('Whoami');
    expect(service.alerts.figures().undelivered).toBeGreaterThan(0);
  }));

test('an index may have as long a name as one can have, and what is no path at all is answered like the rest', () =>
  withService({}, async (service) => {
    const name = encodeURIComponent('ä'.repeat(127));
    const bulk = Buffer.concat([Buffer.from('{"index":{}}\n'), ndjson([attack()])]);
    expect(await send(service.url, `/${name}/_bulk`, bulk)).toMatchObject({ status: 200 });
    for (const [path, status, code] of [
      [`/v1/rules/${'a'.repeat(300)}`, 404, 'not_found'],
      [`/v1/rules/${'a'.repeat(3_000)}`, 414, 'FST_ERR_MAX_PARAM_LENGTH'],
      ['/v1/rules/%E0%A4%A', 400, 'FST_ERR_BAD_URL'],
    ] as const) {
      const answer = await ask(service.url, path);
      expect(answer).toMatchObject({ status, body: { error: { code } } });
    }
  }));

test('no batch is taken for one of another owner, whatever their names', () =>
  withService({ auth: true }, async (service) => {
    for (const [ownerId, batch] of [
      ['a', 'b:c'],
      ['a:b', 'c'],
      ['a%3Ab', 'c'],
    ] as const) {
      const { key } = await service.keys.create({ ownerId, name: 'k', scopes: ['ingest'] });
      const headers = { 'x-api-key': key, 'idempotency-key': batch };
      for (let times = 0; times < 2; times++)
        await send(service.url, '/v1/events', ndjson([attack()]), headers);
    }
    expect(await detectionsOf(service)).toHaveLength(3);
  }));

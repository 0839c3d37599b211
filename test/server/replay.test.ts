import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { replay } from '../../src/cli/replay/replay.ts';
import { findInputs } from '../../src/cli/scan/inputs.ts';
import { attack, harmless, ndjson } from '../pipeline/rules.ts';
import { detectionsOf, withService } from './running.ts';
import { wolfsec } from './serving.ts';

const folder = mkdtempSync(join(tmpdir(), 'wolfsec-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const log = join(folder, 'events.ndjson');
writeFileSync(log, ndjson(Array.from({ length: 30 }, (_, n) => (n % 10 === 0 ? attack(n) : harmless(n)))));

test('plays a file, as often as asked, at the rate asked for', () =>
  withService({}, async (service) => {
    const figures = await replay(findInputs([log]), { url: service.url, rate: 200, times: 2 });
    expect(figures).toMatchObject({ events: 60, detections: 6, rejected: 0, faults: 0 });
    // 60 events at 200 a second: the last batch of 20 is due after 200 ms. Only too fast would be wrong here.
    expect(figures.elapsedMs).toBeGreaterThanOrEqual(190);
    expect(await detectionsOf(service)).toHaveLength(6);
  }));

test('a byte order mark is no part of the first event, and a list is no event with a time either', () =>
  withService({}, async (service) => {
    const marked = join(folder, 'marked.ndjson');
    writeFileSync(marked, `\ufeff${ndjson([attack(1), harmless(2)])}\n[1]\n`);
    for (const now of [false, true]) {
      const figures = await replay(findInputs([marked]), { url: service.url, rate: 0, now });
      expect(figures).toMatchObject({ events: 2, detections: 1, rejected: 1 });
    }
  }));

test('the command line, with a key and a text format', () =>
  withService({ auth: true }, async (service) => {
    const { key } = await service.keys.create({ ownerId: 'r', name: 'r', scopes: ['ingest'] });
    const syslog = join(folder, 'auth.log');
    writeFileSync(
      syslog,
      'Jan  2 03:04:05 web sshd[1]: Failed password for root from 192.0.2.1 port 2 ssh2\n'.repeat(3),
    );
    process.env.WOLFSEC_API_KEY = key;
    try {
      const said = await wolfsec('replay', syslog, '--to', service.url, '--rate', '0');
      expect(said).toMatch(/^3 events, 0 detections/);
    } finally {
      delete process.env.WOLFSEC_API_KEY;
    }
  }));

test('waits where it is held back, under the same name; a refusal ends it with its reason', async () => {
  const names: unknown[] = [];
  const statuses = [429, 200, 401];
  const server = createServer((request, answer) => {
    names.push(request.headers['idempotency-key']);
    const status = statuses.shift() ?? 500;
    request.resume().on('end', () => {
      answer.writeHead(status, { 'retry-after': '0.1' });
      answer.end(status === 200 ? '{"accepted":30,"rejected":0,"detections":0}' : 'no');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await replay(findInputs([log]), { url, rate: 0 })).toMatchObject({ events: 30, held: 1 });
  expect(names[0]).toBe(names[1]);
  await expect(replay(findInputs([log]), { url, rate: 0 })).rejects.toMatchObject({
    code: 'WOLFSEC_DELIVERY_FAILED',
    message: expect.stringContaining('401'),
  });
  server.closeAllConnections();
  server.close();
  await new Promise((resolve) => server.once('close', resolve));
  await expect(replay(findInputs([log]), { url, rate: 0 })).rejects.toThrow(/does not answer/);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type BrokerOptions, openBroker } from '../../src/broker/index.ts';
import { authority, withoutOpenssl } from '../alert/certificates.ts';
import { FakeKafka, type FakeKafkaOptions } from './fake-kafka.ts';

const folder = mkdtempSync(join(tmpdir(), 'wolfsec-kafka-'));
const topics = { 'w.events': 2, 'w.hits': 2, 'w.detections': 1, 'w.dead': 1 };
const options = { prefix: 'w', partitions: 2 };
let fake: FakeKafka;

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => fake?.stop());

async function started(wanted: Partial<FakeKafkaOptions>): Promise<FakeKafka> {
  fake = await FakeKafka.start({ host: '127.0.0.1', topics, ...wanted });
  return fake;
}

/** Opens, asks for health, closes; the error where that fails, without what must not be told. */
async function tried(url: string, more: Partial<BrokerOptions> = {}): Promise<unknown> {
  try {
    const broker = await openBroker(url, { ...options, ...more });
    const health = await broker.health();
    await broker.close();
    return health;
  } catch (error) {
    expect(inspect(error, { depth: 12 })).not.toMatch(/se:cr\/et|se%3Acr|wr-ong/);
    return error;
  }
}

const refused = (reason: RegExp) =>
  expect.objectContaining({
    code: 'WOLFSEC_BROKER_UNAVAILABLE',
    message: expect.stringMatching(reason),
  });
const invalid = (reason: RegExp) =>
  expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT', message: expect.stringMatching(reason) });

describe.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('signing in by %s', (mechanism) => {
  const sasl = { mechanism, user: 'us@er', password: 'se:cr/et' };
  const at = (credentials: string) => `kafka://${credentials}@127.0.0.1:${fake.port}?mechanism=${mechanism}`;

  test('with the password in the address or apart from it', async () => {
    await started({ sasl });
    expect(await tried(at('us%40er:se%3Acr%2Fet'))).toEqual({ ok: true });
    expect(await tried(at('us@er:se:cr/et'))).toEqual({ ok: true });
    expect(await tried(at('us%40er'), { password: 'se:cr/et' })).toEqual({ ok: true });
    expect(new Set(fake.signedIn)).toEqual(new Set(['us@er']));
  });

  test('a wrong password and a wrong user are told soon', async () => {
    await started({ sasl });
    expect(await tried(at('us%40er:wr-ong'))).toEqual(refused(/SASL_AUTHENTICATION_FAILED/));
    expect(await tried(at('nobody:se%3Acr%2Fet'))).toEqual(refused(/SASL_AUTHENTICATION_FAILED/));
    expect(fake.signedIn).toEqual([]);
  }, 10_000);

  test('a mechanism that the broker does not have is told', async () => {
    await started({ sasl: { ...sasl, mechanism: 'GSSAPI' } });
    expect(await tried(at('us%40er:se%3Acr%2Fet'))).toEqual(refused(/UNSUPPORTED_SASL_MECHANISM/));
  }, 10_000);
});

test('a broker that wants a password of one who has none ends it soon', async () => {
  await started({ sasl: { mechanism: 'PLAIN', user: 'u', password: 'p' } });
  expect(await tried(`kafka://127.0.0.1:${fake.port}`)).toEqual(refused(/closed/i));
}, 10_000);

test('a broker that takes connections and says nothing is given up', async () => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => mute.once('listening', resolve));
  const { port } = mute.address() as { port: number };
  const both = [`kafka://127.0.0.1:${port}`, `kafkas://localhost:${port}`].map((url) => tried(url));
  expect(await Promise.all(both)).toEqual([refused(/timed out/), refused(/timed out/)]);
  mute.close();
}, 20_000);

describe.skipIf(withoutOpenssl !== undefined)('over TLS', () => {
  const certificates = withoutOpenssl === undefined ? authority(folder) : undefined;
  const { ca } = certificates ?? { ca: '' };
  const issue = (id: string, name: string) => certificates?.issue(id, name) ?? { key: '', cert: '' };
  const server = issue('server', 'DNS:localhost,IP:127.0.0.1');
  const named = (host = 'localhost') => `kafkas://${host}:${fake.port}`;

  test('with a certificate of an authority that is named, by name and by address', async () => {
    await started({ host: 'localhost', tls: server });
    expect(await tried(named(), { tls: { ca } })).toEqual({ ok: true });
    expect(await tried(named('127.0.0.1'), { tls: { ca } })).toEqual({ ok: true });
  });

  test('and a password', async () => {
    const sasl = { mechanism: 'SCRAM-SHA-512', user: 'u', password: 'se:cr/et' };
    await started({ host: 'localhost', tls: server, sasl });
    const url = `kafkas://u@localhost:${fake.port}`;
    expect(await tried(url, { tls: { ca }, password: 'se:cr/et' })).toEqual({ ok: true });
    const wrong = await tried(url, { tls: { ca }, password: 'wr-ong' });
    expect(wrong).toEqual(refused(/SASL_AUTHENTICATION_FAILED/));
  });

  test('an authority that is not known is told soon', async () => {
    await started({ host: 'localhost', tls: server });
    expect(await tried(named())).toEqual(refused(/certificate/));
  }, 10_000);

  test('a certificate for another host is told soon', async () => {
    await started({ host: 'localhost', tls: issue('other', 'DNS:elsewhere.example') });
    expect(await tried(named(), { tls: { ca } })).toEqual(refused(/altnames/));
    expect(await tried(named('127.0.0.1'), { tls: { ca } })).toEqual(refused(/altnames|does not match/));
  }, 10_000);

  test('a broker that wants a certificate gets it, and tells whoever has none', async () => {
    const tls = { ...server, ca, requestCert: true, rejectUnauthorized: true };
    await started({ host: 'localhost', tls });
    const { key, cert } = issue('worker-1', 'DNS:worker-1');
    expect(await tried(named(), { tls: { ca, key, cert } })).toEqual({ ok: true });
    expect(new Set(fake.certificates)).toEqual(new Set(['worker-1']));
    expect(await tried(named(), { tls: { ca } })).toEqual(refused(/certificate required|closed|ECONNRESET/i));
  }, 20_000);

  test('TLS with one who speaks none, and the other way round, is told', async () => {
    await started({});
    expect(await tried(named(), { tls: { ca } })).toEqual(refused(/TLS|SSL|disconnected|timed out/i));
    await fake.stop();
    await started({ host: 'localhost', tls: server });
    expect(await tried(`kafka://localhost:${fake.port}`)).toEqual(refused(/TLS|closed/i));
  }, 40_000);

  test('certificates that are none, or do not fit together, are refused at once', async () => {
    await started({ host: 'localhost', tls: server });
    expect(await tried(named(), { tls: { ca, cert: 'no certificate', key: 'none' } })).toEqual(
      invalid(/certificates/),
    );
    const foreign = issue('foreign', 'DNS:foreign');
    expect(await tried(named(), { tls: { ca, cert: server.cert, key: foreign.key } })).toEqual(
      invalid(/certificates/),
    );
    expect(await tried(`kafka://localhost:${fake.port}`, { tls: { ca } })).toEqual(invalid(/kafkas:/));
  });
});

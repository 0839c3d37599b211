import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { DeliveryFailure, type Notification, type Receiver, syslog } from '../../src/alert/index.ts';
import { temporaryFolder } from '../store/stores.ts';
import { authority, withoutOpenssl } from './certificates.ts';
import { startMs } from './samples.ts';

const notification = {
  key: 'key-1',
  receiver: 'r',
  groupId: 'group-1',
  labels: {},
  status: 'firing',
  reason: 'first',
  sequence: 1,
  atMs: startMs,
  level: 'high',
  alertCount: 1,
  detectionCount: 1,
  alerts: [
    {
      ...{ id: 'a-1', fingerprint: 'f', groupKey: 'g', kind: 'rule', ruleId: 'rule-1', title: 'Brute force' },
      ...{ level: 'high', severity: 3, status: 'open', count: 1, firstMs: startMs, lastMs: startMs, risk: 0 },
      ...{ entities: {}, tags: [], sample: null, updatedMs: startMs, version: 1 },
    },
  ],
} as Notification;

const deliver = (receiver: Receiver) =>
  receiver.deliver(notification, { signal: AbortSignal.timeout(20_000), attempt: 1 });

async function refusal(receiver: Receiver): Promise<DeliveryFailure> {
  const failure = await deliver(receiver).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DeliveryFailure);
  return failure as DeliveryFailure;
}

describe.skipIf(withoutOpenssl !== undefined)('syslog over TLS (RFC 5425)', () => {
  const folder = temporaryFolder();
  const own = withoutOpenssl === undefined ? authority(folder.path) : undefined;
  const opened: { close(): unknown }[] = [];
  afterEach(() => {
    for (const one of opened.splice(0).reverse()) one.close();
  });
  afterAll(() => folder.remove());

  async function listen(options: TlsOptions) {
    const sockets: TLSSocket[] = [];
    const got = { text: '' };
    const server: Server = createServer(options, (socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        got.text += bytes.toString();
      });
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({ close: () => server.close() }, { close: () => sockets.map((one) => one.destroy()) });
    return { port: (server.address() as AddressInfo).port, sockets, got };
  }

  function receiverAt(port: number, tls: Parameters<typeof syslog>[0]['tls']): Receiver {
    const receiver = syslog({ host: '127.0.0.1', hostname: 'h', port, ...(tls ? { tls } : {}) });
    opened.push({ close: () => receiver.close?.() });
    return receiver;
  }

  const framed = /^(\d+) (<83>1 2026-01-01T00:00:00\.000Z h wolfsec .*Brute force)$/s;

  test('messages are counted by octets, on one connection that is kept', async () => {
    const { port, sockets, got } = await listen(own!.issue('server', 'IP:127.0.0.1'));
    const receiver = receiverAt(port, { ca: own!.ca });
    await deliver(receiver);
    await expect.poll(() => got.text).toMatch(framed);
    const [, length, message = ''] = framed.exec(got.text)!;
    expect(Buffer.byteLength(message)).toBe(Number(length));
    await deliver(receiver);
    await expect.poll(() => got.text.split('<83>').length).toBe(3);
    expect(sockets).toHaveLength(1);
    expect(sockets[0]!.getProtocol()).toMatch(/^TLSv1\.[23]$/);
  });

  test('a certificate of a stranger, or for another name, is refused, and nothing is sent', async () => {
    const { port, got } = await listen(own!.issue('other', 'DNS:elsewhere.example'));
    const stranger = await refusal(receiverAt(port, undefined));
    expect(stranger.message).toMatch(/certificate/);
    const wrongName = await refusal(receiverAt(port, { ca: own!.ca }));
    expect(wrongName.message).toMatch(/altnames/);
    expect(got.text).toBe('');
    await deliver(receiverAt(port, { ca: own!.ca, servername: 'elsewhere.example' }));
    await expect.poll(() => got.text).toMatch(framed);
  });

  test('a certificate of our own is shown where the server asks for one', async () => {
    const server = { ...own!.issue('mutual', 'IP:127.0.0.1'), ca: own!.ca, requestCert: true };
    const { port, sockets, got } = await listen({ ...server, rejectUnauthorized: true });
    await deliver(receiverAt(port, { ca: own!.ca, ...own!.issue('client', 'DNS:client.example') }));
    await expect.poll(() => got.text).toMatch(framed);
    expect(sockets[0]!.getPeerCertificate().subject.CN).toBe('client');
  });

  test('a connection that the server ends is made anew; a version of TLS that is too old is refused', async () => {
    const { port, sockets, got } = await listen(own!.issue('ending', 'IP:127.0.0.1'));
    const receiver = receiverAt(port, { ca: own!.ca });
    await deliver(receiver);
    await expect.poll(() => got.text).toMatch(framed);
    sockets[0]!.end();
    await expect
      .poll(async () => {
        await deliver(receiver).catch(() => {});
        return sockets.length;
      })
      .toBe(2);
    const old = await listen({
      ...own!.issue('old', 'IP:127.0.0.1'),
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    });
    expect((await refusal(receiverAt(old.port, { ca: own!.ca }))).retryable).toBe(true);
  });
});

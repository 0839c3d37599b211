import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Reputation } from '../../src/reputation/index.ts';

test('what is wrong with an answer is said, and what to do', async () => {
  const list = '192.0.2.1\r\n192.0.2.2\r\n';
  const answers: Record<string, string | Buffer> = {
    '/gzip': gzipSync(list),
    '/utf16': Buffer.from(`\ufeff${list}`, 'utf16le'),
    '/long': 'x'.repeat(300_000),
  };
  const server = createServer((request, answer) => {
    const body = answers[request.url ?? ''];
    if (body === undefined) answer.write(list);
    else answer.end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const guard = { allowHttp: true, allowNetworks: ['127.0.0.0/8'] };
  const reputation = new Reputation();
  const load = (path: string, more = {}) =>
    reputation.load({ name: 'feed', url: at + path, guard, maxBytes: 100_000, ...more });
  try {
    for (const path of ['/gzip', '/utf16'])
      await expect(load(path)).rejects.toThrow('feed feed: no UTF-8 text: unpack it, and save it as UTF-8');
    await expect(load('/long')).rejects.toThrow('feed feed: the answer is longer than 100000 bytes');
    await expect(load('/never', { timeoutMs: 50 })).rejects.toThrow(
      'feed feed: no whole answer within 50 ms',
    );
    await expect(load('/never', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'WOLFSEC_FEED_INVALID' });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

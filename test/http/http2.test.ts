import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { guardFastify, guardNode, HttpGuard, honoGuard, type NodeHandler } from '../../src/http/index.ts';

const attack = JSON.stringify({ user: "x' OR 1=1 -- " });
const guard = () => new HttpGuard({ mode: 'block' });
const type = { 'content-type': 'application/json' };

async function post(
  client: ClientHttp2Session,
  ...parts: string[]
): Promise<{ status: number; text: string }> {
  const stream = client.request({ ':method': 'POST', ':path': '/', ...type });
  const answer = once(stream, 'response');
  for (const [at, part] of parts.entries()) {
    if (at > 0) await sleep(30);
    stream.write(part);
  }
  stream.end();
  const [{ ':status': status }] = await answer;
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return { status, text };
}

test.each([
  [
    'node:http2',
    async () => {
      const handler: NodeHandler = async (request, response) => {
        let text = '';
        for await (const chunk of request) text += chunk;
        response.end(text);
      };
      const server = createServer(guardNode(guard(), handler) as never).listen(0);
      await once(server, 'listening');
      return { port: (server.address() as AddressInfo).port, close: () => server.close() };
    },
  ],
  [
    'fastify',
    async () => {
      const app = fastify({ http2: true });
      guardFastify(app as never, guard());
      app.post('/', async ({ body }) => body);
      await app.listen({ port: 0 });
      return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
    },
  ],
])(
  'a body of HTTP/2 needs no length to be inspected: %s',
  async (_, start) => {
    const server = await start();
    const client = connect(`http://127.0.0.1:${server.port}`);
    try {
      expect((await post(client, attack)).status).toBe(403);
      expect((await post(client, attack.slice(0, 10), attack.slice(10))).status).toBe(403);
      expect(await post(client, '{"user"', ':"Ada"}')).toEqual({ status: 200, text: '{"user":"Ada"}' });
      const large = JSON.stringify({ text: 'so it goes. '.repeat(30_000) });
      expect(await post(client, large)).toMatchObject({ status: 200 });
    } finally {
      client.destroy();
      await server.close();
    }
  },
  9_000,
);

test('nor does one of the Fetch standard', async () => {
  const app = new Hono();
  app.use(honoGuard(guard(), { remoteAddress: () => '192.0.2.1' }));
  app.post('/', async (context) => context.json(await context.req.json()));
  const answers = [attack, '{"user":"Ada"}'].map((body) =>
    app.request('/', { method: 'POST', headers: type, body }),
  );
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([403, 200]);
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Detection } from '../../src/detect/detection.ts';
import {
  expressGuard,
  guardFastify,
  guardNode,
  HttpGuard,
  honoGuard,
  koaGuard,
  type ResponseOptions,
} from '../../src/http/index.ts';
import { Registry } from '../../src/metrics/index.ts';

interface Answer {
  readonly type: string;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer | (() => AsyncGenerator<Buffer>);
}

const { stack = '' } = new Error('no');
const leaking = JSON.stringify({ stack, card: 4111111111111111, name: 'Ana' });
const redacted = /^\{"stack":"Error: no\[redacted:stack-trace\]","card":"\[redacted:card\]","name":"Ana"\}$/;
const filler = Buffer.alloc(65_536, 'a');

/** What the applications under test answer, by path. */
const answers: Record<string, Answer> = {
  '/clean': { type: 'application/json', headers: { etag: '"1"' }, body: '{"name":"Ana"}' },
  '/leak': { type: 'application/json; charset=utf-8', headers: { etag: '"1"', 'x-own': '1' }, body: leaking },
  '/gzip': {
    type: 'application/json',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(leaking),
  },
  '/image': { type: 'image/png', body: Buffer.from('4111111111111111') },
  '/parts': {
    type: 'text/plain',
    async *body() {
      yield Buffer.from('card 4111 11');
      await wait(5);
      yield Buffer.from('11 1111 1111 and more\n');
    },
  },
  '/slow': {
    type: 'text/html',
    async *body() {
      yield Buffer.from('<p>first 4111111111111111');
      await wait(300);
      yield Buffer.from('<p>second 4111111111111111');
    },
  },
  '/events': {
    type: 'text/event-stream',
    async *body() {
      yield Buffer.from('data: 4111111111111111\n\n');
      await wait(200);
      yield Buffer.from('data: end\n\n');
    },
  },
  '/large': {
    type: 'text/plain',
    async *body() {
      yield Buffer.from('4111111111111111 ');
      for (let part = 0; part < 40; part++) yield filler;
    },
  },
  '/again': {
    type: 'text/plain',
    async *body() {
      const buffer = Buffer.from('to be used again: 4111111111111111\n');
      yield buffer;
      buffer.fill('x');
      yield Buffer.from('end');
    },
  },
  '/empty': { type: 'text/plain', body: '' },
};

const answerOf = (url: string): Answer => answers[new URL(url, 'http://a').pathname] as Answer;
const stream = (body: () => AsyncGenerator<Buffer>) => Readable.from(body(), { objectMode: false });

const frameworks: Record<string, (guard: HttpGuard) => Promise<{ base: string; close(): Promise<void> }>> = {
  'node:http': async (guard) =>
    listening(
      createServer(
        guardNode(guard, (request, response) => {
          const { type, headers = {}, body } = answerOf(request.url ?? '/');
          response.writeHead(200, { 'Content-Type': type, ...headers });
          if (typeof body === 'function') stream(body).pipe(response);
          else response.end(body);
        }),
      ),
    ),
  express: async (guard) => {
    const app = express();
    app.use(expressGuard(guard));
    app.use((request, response) => {
      const { type, headers = {}, body } = answerOf(request.url);
      response.set({ 'content-type': type, ...headers });
      if (typeof body === 'function') stream(body).pipe(response);
      else response.send(body);
    });
    return listening(createServer(app));
  },
  fastify: async (guard) => {
    const app = Fastify();
    guardFastify(app as never, guard);
    app.get('/*', async (request, reply) => {
      const { type, headers = {}, body } = answerOf(request.url);
      reply.headers({ 'content-type': type, ...headers });
      return reply.send(typeof body === 'function' ? stream(body) : body);
    });
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    return { base, close: () => app.close() };
  },
  koa: async (guard) => {
    const app = new Koa();
    app.use(koaGuard(guard) as never);
    app.use((context) => {
      const { type, headers = {}, body } = answerOf(context.url);
      context.set({ 'content-type': type, ...headers });
      context.body = typeof body === 'function' ? stream(body) : body;
    });
    return listening(createServer(app.callback()));
  },
  hono: async (guard) => {
    const app = new Hono();
    app.use(honoGuard(guard) as never);
    app.get('*', (context) => {
      const { type, headers = {}, body } = answerOf(context.req.url);
      const web = typeof body === 'function' ? (Readable.toWeb(stream(body)) as ReadableStream) : body;
      return context.body(web as never, 200, { 'content-type': type, ...headers });
    });
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
        resolve({ base: `http://127.0.0.1:${info.port}`, close: () => closing(server as Server) }),
      );
    });
  },
};

async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { base: `http://127.0.0.1:${port}`, close: () => closing(server) };
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

let running: { base: string; close(): Promise<void> } | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe.each(Object.entries(frameworks))('%s', (_, start) => {
  async function guarded(responses: ResponseOptions) {
    const detections: Detection[] = [];
    const errors: unknown[] = [];
    const registry = new Registry();
    const onDetection = (all: readonly Detection[]) => void detections.push(...all);
    running = await start(
      new HttpGuard({ responses, registry, onDetection, onError: (error) => errors.push(error) }),
    );
    const { base } = running;
    const get = async (path: string) => {
      const response = await fetch(base + path);
      return { response, text: await response.text() };
    };
    return { base, get, detections, errors, registry };
  }

  test('reports what leaves, and lets it leave', async () => {
    const { get, detections, registry } = await guarded({});
    const plain = await get('/leak');
    expect([plain.text, plain.response.headers.get('etag')]).toEqual([leaking, '"1"']);
    expect((await get('/gzip')).text).toBe(leaking);
    expect((await get('/parts')).text).toBe('card 4111 1111 1111 1111 and more\n');
    expect((await get('/clean')).text).toBe('{"name":"Ana"}');
    expect((await get('/image')).text).toBe('4111111111111111');
    await vi.waitFor(() => expect(detections).toHaveLength(5));
    expect(detections[0]).toMatchObject({
      kind: 'http',
      ruleId: 'response-secret',
      level: 'critical',
      matched: [{ field: 'http.response.body', value: 'card' }],
      entities: { 'url.path': '/leak', 'source.ip': '127.0.0.1', 'http.response.status_code': '200' },
    });
    expect(JSON.stringify(detections)).not.toMatch(/4111 ?1111|response-middleware/);
    await vi.waitFor(async () => {
      expect(await registry.text()).toContain('wolfsec_http_responses_total{action="pass"} 4\n');
    });
    expect(await registry.text()).toContain(
      'wolfsec_http_response_leaks_total{kind="stack-trace",what="node"} 2\n',
    );
  });

  test('takes out what leaks, and keeps the rest as it was', async () => {
    const { get, detections } = await guarded({ mode: 'redact', routes: [{ path: '/off*', mode: 'off' }] });
    for (const path of ['/leak', '/gzip']) {
      const { response, text } = await get(path);
      expect(text).toMatch(redacted);
      expect(response.status).toBe(200);
      expect(response.headers.get('etag')).toBeNull();
      expect(Number(response.headers.get('content-length') ?? text.length)).toBe(text.length);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    }
    expect((await get('/leak')).response.headers.get('x-own')).toBe('1');
    expect((await get('/parts')).text).toBe('card [redacted:card] and more\n');
    expect((await get('/again')).text).toBe('to be used again: [redacted:card]\nend');
    const clean = await get('/clean');
    expect([clean.text, clean.response.headers.get('etag')]).toEqual(['{"name":"Ana"}', '"1"']);
    expect((await get('/empty')).text).toBe('');
    expect((await get('/image')).text).toBe('4111111111111111');
    expect(detections.map(({ ruleId }) => ruleId).slice(0, 2)).toEqual([
      'response-secret',
      'response-stack-trace',
    ]);
  });

  test('answers in place of the application where it shall not leave', async () => {
    const { get } = await guarded({ mode: 'block' });
    for (const path of ['/leak', '/gzip', '/parts', '/large']) {
      const { response, text } = await get(path);
      expect(response.status).toBe(500);
      expect(JSON.parse(text)).toEqual({
        error: 'Internal Server Error',
        requestId: response.headers.get('x-request-id'),
      });
      expect(response.headers.get('content-encoding')).toBeNull();
    }
    expect((await get('/clean')).text).toBe('{"name":"Ana"}');
  });

  test('keeps back no more, and no longer, than it was told', async () => {
    const { base, get, detections } = await guarded({ mode: 'redact', maxBytes: 1000, holdMs: 100 });
    const { text } = await get('/large');
    expect(text.length).toBe('[redacted:card] '.length + 40 * filler.length);
    const slow = await fetch(`${base}/slow`);
    const reader = slow.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('<p>first [redacted:card]');
    // What comes after was promised to leave: it is told, not changed.
    expect((await reader?.read())?.value).toBe('<p>second 4111111111111111');
    expect((await reader?.read())?.done).toBe(true);
    await vi.waitFor(() => expect(detections).toHaveLength(3));
    const events = await fetch(`${base}/events`);
    const parts = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await parts?.read())?.value).toBe('data: 4111111111111111\n\n');
    expect((await parts?.read())?.value).toBe('data: end\n\n');
    expect((await parts?.read())?.done).toBe(true);
  });

  test('lets a response go as it is where the inspection fails', async () => {
    const broken = {
      redactor: {
        find: () => {
          throw new Error('broken');
        },
      } as never,
    };
    for (const mode of ['monitor', 'redact', 'block'] as const) {
      const { get, errors } = await guarded({ mode, ...broken });
      expect((await get('/leak')).text).toBe(leaking);
      expect(gunzipSync(gzipSync((await get('/gzip')).text)).toString()).toBe(leaking);
      expect((await get('/parts')).text).toContain('4111 1111');
      await vi.waitFor(() => expect(errors).toHaveLength(3));
      await running?.close();
      running = undefined;
    }
  });

  test('survives clients that go away while a response is kept back', async () => {
    const { base, get, errors } = await guarded({ mode: 'redact' });
    await fetch(`${base}/slow`, { signal: AbortSignal.timeout(50) }).catch(() => undefined);
    await wait(350);
    expect((await get('/clean')).text).toBe('{"name":"Ana"}');
    expect(errors).toEqual([]);
  });
});

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ApiKeys,
  Authenticator,
  CsrfTokens,
  cookieName,
  expressAuth,
  fastifyAuth,
  fastifyPrincipal,
  honoAuth,
  JwtKey,
  JwtSigner,
  JwtVerifier,
  koaAuth,
  type MiddlewareOptions,
  memoryStorage,
  type Principal,
  Sessions,
} from '../../src/auth/index.ts';
import { ear } from './clock.ts';

const heard = ear();
const { listener } = heard;
const storage = memoryStorage();
const sessions = new Sessions({ storage: storage.sessions, listener });
const apiKeys = new ApiKeys({ storage: storage.apiKeys, listener });
const csrf = new CsrfTokens();
const key = JwtKey.generate('EdDSA');
const signer = new JwtSigner({ keys: key, issuer: 'id', audience: 'api' });
const authenticator = new Authenticator({
  sessions,
  apiKeys,
  csrf,
  listener,
  origins: ['https://app.example.com'],
  tokens: new JwtVerifier({ keys: key, issuer: 'id', audience: 'api', listener }),
});

const routes: Record<string, MiddlewareOptions> = {
  '/me': {},
  '/admin': { roles: ['admin'] },
  '/read': { scopes: ['read'] },
  '/open': { optional: true },
};
const told = (principal: Principal | undefined) => ({
  by: principal?.by ?? 'nobody',
  userId: principal?.userId ?? null,
});

/** Starts a server of each framework; gives how to close it and its port. */
const frameworks: Record<string, () => Promise<{ port: number; close: () => Promise<unknown> }>> = {
  async Express() {
    const app = express();
    for (const [path, options] of Object.entries(routes)) {
      app.all(path, expressAuth(authenticator, options), (request, response) => {
        response.json(told((request as { auth?: Principal }).auth));
      });
    }
    return listening(app.listen(0, '127.0.0.1'));
  },
  async Fastify() {
    const app = fastify();
    for (const [url, options] of Object.entries(routes)) {
      app.route({
        url,
        method: ['GET', 'POST'],
        onRequest: fastifyAuth(authenticator, options),
        handler: async (request) => told(fastifyPrincipal(request)),
      });
    }
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  async Koa() {
    const app = new Koa();
    for (const [path, options] of Object.entries(routes)) {
      const auth = koaAuth(authenticator, options);
      app.use((context, next) =>
        context.path === path
          ? auth(context, async () => {
              context.body = told(context.state.auth);
            })
          : next(),
      );
    }
    return listening(app.listen(0, '127.0.0.1'));
  },
  async Hono() {
    const app = new Hono<{ Variables: { auth: Principal } }>();
    for (const [path, options] of Object.entries(routes)) {
      app.all(path, honoAuth(authenticator, options), (c) => c.json(told(c.get('auth'))));
    }
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
        resolve({ port, close: () => closed(server as Server) }),
      );
    });
  },
};

const closed = (server: Server) => new Promise((resolve) => server.close(resolve));
const listening = (server: Server) =>
  new Promise<{ port: number; close: () => Promise<unknown> }>((resolve) => {
    server.once('listening', () =>
      resolve({ port: (server.address() as AddressInfo).port, close: () => closed(server) }),
    );
  });

describe.each(Object.keys(frameworks))('%s', (name) => {
  let server: { port: number; close: () => Promise<unknown> };
  beforeAll(async () => {
    server = await frameworks[name]!();
  });
  afterAll(() => server.close());

  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method,
      headers: { connection: 'close', ...headers },
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const withSession = async (roles: string[] = []) => {
    const { token, session } = await sessions.create({ userId: 'alice', roles });
    return { session, headers: { cookie: `a=1; ${cookieName()}=${token}` } };
  };

  test('refuses requests without credentials, and says no more', async () => {
    const refused = await ask('/me');
    expect(refused).toMatchObject({ status: 401, body: { error: 'unauthorized' } });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(await ask('/open')).toMatchObject({ status: 200, body: { by: 'nobody' } });
  });

  test('lets sessions in', async () => {
    const { headers } = await withSession();
    expect(await ask('/me', headers)).toMatchObject({
      status: 200,
      body: { by: 'session', userId: 'alice' },
    });
    expect((await ask('/me', { cookie: `${cookieName()}=${'x'.repeat(65)}` })).status).toBe(401);
  });

  test('lets API keys in, by either header', async () => {
    const { key } = await apiKeys.create({ ownerId: 'bob', name: 'ci', scopes: ['read'] });
    for (const headers of [{ authorization: `Bearer ${key}` }, { 'x-api-key': key }] as Record<
      string,
      string
    >[]) {
      expect(await ask('/read', headers)).toMatchObject({
        status: 200,
        body: { by: 'api_key', userId: 'bob' },
      });
    }
    expect((await ask('/read', { 'x-api-key': `${key}0` })).status).toBe(401);
  });

  test('lets tokens in', async () => {
    const headers = {
      authorization: `Bearer ${signer.sign({ sub: 'carol', scope: 'write read', roles: ['admin'] })}`,
    };
    expect(await ask('/read', headers)).toMatchObject({
      status: 200,
      body: { by: 'token', userId: 'carol' },
    });
    expect((await ask('/admin', headers)).status).toBe(200);
    expect((await ask('/me', { authorization: `${headers.authorization}x` })).status).toBe(401);
    expect((await ask('/me', { authorization: 'Basic YTpi' })).status).toBe(401);
  });

  test('wants the roles and scopes of the route', async () => {
    const [plain, admin] = [await withSession(), await withSession(['admin'])];
    expect(await ask('/admin', plain.headers)).toMatchObject({ status: 403, body: { error: 'forbidden' } });
    expect((await ask('/admin', admin.headers)).status).toBe(200);
    expect(heard.actions()).toContain('access_denied');
  });

  test('wants a CSRF token where a session changes things, and no other site', async () => {
    const { session, headers } = await withSession();
    const token = csrf.issue(session.id);
    expect((await ask('/me', headers, 'POST')).status).toBe(403);
    expect((await ask('/me', { ...headers, 'x-csrf-token': csrf.issue('other') }, 'POST')).status).toBe(403);
    expect((await ask('/me', { ...headers, 'x-csrf-token': token }, 'POST')).status).toBe(200);
    const evil = { ...headers, 'x-csrf-token': token, origin: 'https://evil.example' };
    expect((await ask('/me', evil, 'POST')).status).toBe(403);
    expect((await ask('/open', evil, 'POST')).status).toBe(403);
  });

  test('does not try the cookie where a bearer failed', async () => {
    const { headers } = await withSession();
    expect((await ask('/me', { ...headers, authorization: 'Bearer nonsense' })).status).toBe(401);
  });
});

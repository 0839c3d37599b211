import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ApiKeys, isCrossSite, isSafeMethod, type Session } from '../auth/index.ts';
import { isLoopback } from './config.ts';
import type { Scope } from './scopes.ts';
import type { CookieRequest } from './session-cookie.ts';
import type { Users } from './users.ts';

/** What requests are let in by. */
export interface Credentials {
  /** Missing where this machine's own clients are let in without one. */
  readonly keys?: ApiKeys;
  /** Missing where nobody can sign in. */
  readonly users?: Users;
}

const owners = new WeakMap<FastifyRequest, string>();
const sessions = new WeakMap<FastifyRequest, Session>();

/** Who sent the request, for the record: the key's owner, the person signed in, or `local`. */
export const ownerOf = (request: FastifyRequest) => owners.get(request) ?? 'local';

/** The session that {@link access} let the request through by. */
export const sessionOf = (request: FastifyRequest): Session | undefined => sessions.get(request);

/**
 * Lets requests through that carry an API key with the scope, or the cookie of a session with it; without keys,
 * requests of this machine too that no web page could have made.
 */
export function access({ keys, users }: Credentials, scope: Scope) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const text = keyOf(request);
    if (text === undefined && users) {
      const session = await users.sessionOf(cookieOf(request), contextOf(request));
      if (session) return bySession(session, users, scope, request, reply);
    }
    if (!keys) {
      if (isOwnRequest(request)) return undefined;
      // Our own page, whose session is over.
      if (users && isSameOrigin(request)) return refuse(reply, 401, 'sign in to go on');
      return refuse(reply, 403, 'without API keys, only clients of this machine itself are served');
    }
    const found = text === undefined ? undefined : await keys.check(text, { address: request.ip });
    if (!found?.ok) {
      reply.header('www-authenticate', 'Bearer realm="wolfsec"');
      return refuse(reply, 401, text === undefined ? 'an API key is needed' : 'the API key is not valid');
    }
    if (!found.key.scopes.includes(scope)) {
      return refuse(reply, 403, `the API key lacks the scope ${scope}`);
    }
    owners.set(request, found.key.ownerId);
    return undefined;
  };
}

/** Whether what {@link access} let a request in by still holds, some time later. */
export async function stillHolds({ keys, users }: Credentials, request: FastifyRequest): Promise<boolean> {
  if (sessions.has(request))
    return (await users?.sessionOf(cookieOf(request), contextOf(request))) !== undefined;
  const text = keys && keyOf(request);
  return text === undefined || (await keys?.check(text, { address: request.ip }))?.ok === true;
}

/** Lets through what our own page sends before anybody is signed in, and no other site's page. */
export function ownPage({ keys }: Credentials) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const origin = `${request.protocol}://${request.host}`;
    const crossSite = isCrossSite((name) => headerOf(request, name), [origin]);
    // Without keys we serve this machine alone: a name that leads here by a stranger's DNS is no name of ours.
    const stranger = !keys && !isLoopbackName(request);
    return crossSite || stranger
      ? refuse(reply, 403, 'sign in on the page of this service itself')
      : undefined;
  };
}

function bySession(
  session: Session,
  users: Users,
  scope: Scope,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { method, headers } = request;
  if (!isSafeMethod(method)) {
    const forged =
      isCrossSite((name) => headerOf(request, name), []) ||
      !users.isOwnWrite(cookieOf(request), session, headers['x-csrf-token']);
    if (forged) return refuse(reply, 403, 'the request does not carry the X-Csrf-Token of this session');
  }
  if (!session.scopes.includes(scope)) return refuse(reply, 403, `this account lacks the scope ${scope}`);
  owners.set(request, session.userId);
  sessions.set(request, session);
  return undefined;
}

export function cookieOf(request: FastifyRequest): CookieRequest {
  return { cookie: request.headers.cookie, loopback: isLoopbackName(request) };
}

export const contextOf = (request: FastifyRequest) => ({
  address: request.ip,
  userAgent: request.headers['user-agent'] ?? '',
});

export function refuse(reply: FastifyReply, status: number, message: string) {
  const code = status === 401 ? 'unauthenticated' : status === 429 ? 'throttled' : 'forbidden';
  return reply.code(status).send({ error: { code, message } });
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A web page can reach loopback through the reader's browser: it sends an Origin, or a name of its own as Host. */
function isOwnRequest(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  if (origin !== undefined || request.headers['sec-fetch-site'] !== undefined) return false;
  return request.headers.host === undefined || isLoopbackName(request);
}

const isSameOrigin = (request: FastifyRequest) =>
  request.headers['sec-fetch-site'] === 'same-origin' && isLoopbackName(request);

/** Whether the request names this machine by a loopback name, e.g. `localhost:8480`. */
function isLoopbackName({ headers: { host } }: FastifyRequest): boolean {
  return host !== undefined && isLoopback(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
}

/** The key as the clients of each protocol send it: Bearer, Splunk, ApiKey (id:key), Basic (its password). */
function keyOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  const own = request.headers['x-api-key'];
  if (authorization === undefined) return typeof own === 'string' ? own : undefined;
  const [scheme = '', value = ''] = authorization.split(' ', 2);
  switch (scheme.toLowerCase()) {
    case 'bearer':
    case 'splunk':
      return value;
    case 'apikey':
    case 'basic': {
      const pair = Buffer.from(value, 'base64').toString('utf8');
      return pair.slice(pair.indexOf(':') + 1);
    }
    default:
      return undefined;
  }
}

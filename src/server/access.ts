import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeys } from '../auth/index.ts';
import { isLoopback } from './config.ts';

/** What a key may do. */
export const scopes = ['ingest', 'read', 'write', 'metrics'] as const;
export type Scope = (typeof scopes)[number];

const owners = new WeakMap<FastifyRequest, string>();

/** Who sent the request, for the record: the key's owner, or `local`. */
export const ownerOf = (request: FastifyRequest) => owners.get(request) ?? 'local';

/**
 * Lets requests through that carry an API key with the scope; without `keys`, requests of this machine that no web
 * page could have made.
 */
export function access(keys: ApiKeys | undefined, scope: Scope) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (!keys) {
      if (isOwnRequest(request)) return undefined;
      return refuse(reply, 403, 'without API keys, only clients of this machine itself are served');
    }
    const text = keyOf(request);
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

function refuse(reply: FastifyReply, status: number, message: string) {
  const code = status === 401 ? 'unauthenticated' : 'forbidden';
  return reply.code(status).send({ error: { code, message } });
}

/** A web page can reach loopback through the reader's browser: it sends an Origin, or a name of its own as Host. */
function isOwnRequest(request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  if (origin !== undefined || request.headers['sec-fetch-site'] !== undefined) return false;
  if (host === undefined) return true;
  return isLoopback(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
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

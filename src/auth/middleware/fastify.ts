import type { Authenticator, Principal } from './authenticator.ts';
import { answerTo, type MiddlewareOptions, nodeHeader } from './refusal.ts';

interface FastifyRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly ip: string;
}
interface FastifyReply {
  code(status: number): FastifyReply;
  headers(values: Record<string, string>): FastifyReply;
  send(body: unknown): unknown;
}

const principals = new WeakMap<object, Principal>();

/** The principal of a request that {@link fastifyAuth} let through. */
export const fastifyPrincipal = (request: object): Principal | undefined => principals.get(request);

/** A hook for Fastify, for `onRequest` of a route or of a plugin: answers 401 or 403, or lets through. */
export function fastifyAuth(authenticator: Authenticator, options: MiddlewareOptions = {}) {
  const { optional, ...requirement } = options;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { method, headers, ip } = request;
    const found = await authenticator.authenticate(
      { method, header: nodeHeader(headers), address: ip },
      requirement,
    );
    if (found.ok) {
      principals.set(request, found.principal);
      return undefined;
    }
    if (optional && found.status === 401) return undefined;
    const { status, headers: extra, body } = answerTo(found);
    // A hook that gives the reply back ends the request.
    return reply
      .code(status)
      .headers({ ...extra })
      .send(body);
  };
}

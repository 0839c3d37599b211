import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpGuard } from '../guard.ts';
import { blockedBody, blockedHeaders } from './answer.ts';
import { guardRequest, rememberDecision } from './node.ts';

/** The part of Fastify 5 that is used. */
export interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>,
  ): unknown;
}

interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
}

interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): FastifyReplyLike;
  headers(headers: Record<string, string>): FastifyReplyLike;
  send(payload: string): unknown;
}

/**
 * Fastify 5: `guardFastify(app, guard)` on the instance whose routes it shall guard. Runs before the
 * body is parsed and reads it from the raw request, which the parsers then get in full.
 */
export function guardFastify(app: FastifyLike, guard: HttpGuard): void {
  app.addHook('onRequest', async (request, reply) => {
    const decision = await guardRequest(guard, request.raw, reply.raw, request.originalUrl);
    rememberDecision(request, decision);
    if (decision.action === 'pass') {
      reply.headers({ ...decision.headers });
      return undefined;
    }
    return reply
      .code(decision.status)
      .headers(blockedHeaders(decision.headers))
      .send(blockedBody(decision.status, decision.requestId));
  });
}

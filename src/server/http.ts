import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { invalidArgument } from '../errors.ts';
import type { DoorContext } from './context.ts';
import { answerTo, errorBody, hinted } from './errors.ts';
import { timeRequests } from './request-metrics.ts';

/** HTTP without routes: what holds for every request, of the service as of a front door before a fleet. */
export function openHttp(context: Pick<DoorContext, 'registry' | 'onError'>): FastifyInstance {
  const app = fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 60_000,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // Ids of rules and names of indices are longer than Fastify's 100 characters, percent-encoded above all.
    routerOptions: { maxParamLength: 2_048 },
    frameworkErrors(error, _, reply: unknown) {
      const answer = answerTo(error);
      (reply as FastifyReply).code(answer.status).send(errorBody(answer));
    },
    // Unknown query parameters are told of instead of being dropped.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } },
  });
  app.setErrorHandler((error, _, reply) => {
    const answer = answerTo(error);
    if (answer.status >= 500) context.onError(error);
    return hinted(reply, answer.status).send(errorBody(answer));
  });
  app.setNotFoundHandler((_, reply) =>
    reply
      .code(404)
      .send({ error: { code: 'not_found', message: 'there is no such route; see /openapi.json' } }),
  );
  // A query of 1e400 becomes Infinity after its type was checked, and no bound of a schema looks at that.
  app.addHook('preHandler', async ({ query }) => {
    for (const [name, value] of Object.entries((query ?? {}) as object)) {
      if (typeof value === 'number' && !Number.isFinite(value))
        throw invalidArgument(name, 'a finite number');
    }
  });
  app.addHook('onSend', async (_, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  timeRequests(app, context.registry);
  return app;
}

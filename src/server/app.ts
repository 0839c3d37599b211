import { type FastifyInstance, fastify } from 'fastify';
import type { ServerContext } from './context.ts';
import { answerTo, errorBody, hinted } from './errors.ts';
import { timeRequests } from './request-metrics.ts';
import { mountAlerts } from './routes/alerts.ts';
import { mountDoors } from './routes/door.ts';
import { doors } from './routes/doors.ts';
import { mountOperations } from './routes/operations.ts';
import { mountOverview } from './routes/overview.ts';
import { mountPage } from './routes/page.ts';
import { mountQueries } from './routes/query.ts';
import { mountReputation } from './routes/reputation.ts';
import { mountRules } from './routes/rules.ts';
import { mountSession } from './routes/session.ts';
import { mountSilences } from './routes/silences.ts';
import { mountStream } from './routes/stream.ts';

const mounts = [
  mountOperations,
  mountQueries,
  mountAlerts,
  mountRules,
  mountOverview,
  mountSilences,
  mountReputation,
  mountSession,
  mountStream,
  mountPage,
];

/** The HTTP side of the service, not yet listening. */
export function buildApp(context: ServerContext): FastifyInstance {
  const app = fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 60_000,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
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
  app.addHook('onSend', async (_, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  timeRequests(app, context.registry);
  for (const mount of mounts) app.register(async (scope) => mount(scope, context));
  app.register(async (scope) => mountDoors(scope, context, doors));
  return app;
}

import type { FastifyInstance } from 'fastify';
import type { ServerContext } from './context.ts';
import { openHttp } from './http.ts';
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
  const app = openHttp(context);
  for (const mount of mounts) app.register(async (scope) => mount(scope, context));
  app.register(async (scope) => mountDoors(scope, context, doors));
  return app;
}

import type { FastifyInstance } from 'fastify';
import { access } from '../access.ts';
import type { DoorContext } from '../context.ts';
import { hinted } from '../errors.ts';
import { openApi } from '../openapi.ts';
import { elasticHeaders } from './doors.ts';

/** Health, metrics, and what clients ask before they send. */
export async function mountOperations(app: FastifyInstance, context: DoorContext) {
  const { pipeline, store, registry } = context;
  // Anybody may ask: what the client of the database says, address and user, is for the log.
  const away = `the ${context.config.forward === '' ? 'store' : 'broker'} is away`;
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    const { ok } = await store.health();
    const { closing } = pipeline.figures();
    const ready = ok && !closing;
    return hinted(reply, ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      ...(closing ? { reason: 'shutting down' } : ok ? {} : { reason: away }),
      ...context.degraded?.(),
    });
  });
  app.get('/metrics', { onRequest: access(context, 'metrics') }, async (request, reply) => {
    const { contentType, body } = await registry.scrape(request.headers.accept);
    return reply.header('content-type', contentType).send(Buffer.from(body));
  });
  app.get('/openapi.json', async () => openApi);
  app.get('/services/collector/health', async (_, reply) =>
    pipeline.hasRoom()
      ? { text: 'HEC is healthy', code: 17 }
      : hinted(reply, 503).send({ text: 'HEC is unhealthy, queues are full', code: 18 }),
  );
  app.get('/loki/ready', async () => 'ready\n');
  app.get('/elastic/', async (_, reply) =>
    reply.headers(elasticHeaders).send({
      name: 'wolfsec',
      cluster_name: 'wolfsec',
      // What the bulk interface is compatible with; shippers look before they send.
      version: { number: '8.11.0', build_flavor: 'default', lucene_version: '9.8.0' },
      tagline: 'You Know, for Search',
    }),
  );
  app.get('/elastic/_license', async (_, reply) =>
    reply.headers(elasticHeaders).send({ license: { status: 'active', type: 'basic', uid: 'wolfsec' } }),
  );
}

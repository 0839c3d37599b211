import type { FastifyInstance } from 'fastify';
import { access, ownerOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { audit } from './alerts.ts';
import { given, missing } from './answers.ts';
import { allowBody, indicatorQuery, silenceBody } from './schemas.ts';

interface SilenceBody {
  readonly matchers: {
    readonly label: string;
    readonly op?: '=' | '!=' | '=~' | '!~';
    readonly value: string;
  }[];
  readonly minutes: number;
  readonly comment?: string;
}

/** What is kept from raising or delivering alerts: silences and the allow-list. */
export async function mountSilences(app: FastifyInstance, context: ServerContext) {
  const { alerts, allowList } = context;
  const reads = access(context, 'read');
  const writes = access(context, 'write');

  app.get('/v1/silences', { onRequest: reads }, async () => ({ silences: alerts.silences() }));

  app.post<{ Body: SilenceBody }>(
    '/v1/silences',
    { onRequest: writes, schema: { body: silenceBody } },
    async (request, reply) => {
      const { matchers, minutes, comment = '' } = request.body;
      const by = ownerOf(request);
      const made = await alerts.silence({
        matchers: matchers.map(({ label, op = '=', value }) => ({ label, op, value })),
        endsMs: Date.now() + minutes * 60_000,
        createdBy: by,
        comment,
      });
      await audit(context, by, 'silence.create', made.id, { matchers: made.matchers, minutes });
      return reply.code(201).send(made);
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/v1/silences/:id',
    { onRequest: writes },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await alerts.unsilence(id))) return reply.code(404).send(missing('silence'));
      await audit(context, ownerOf(request), 'silence.end', id);
      return reply.code(204).send();
    },
  );

  app.get('/v1/allow-list', { onRequest: reads }, async () => ({ entries: await allowList.list() }));

  app.post<{ Body: { indicator: string; comment?: string; days?: number } }>(
    '/v1/allow-list',
    { onRequest: writes, schema: { body: allowBody } },
    async (request, reply) => {
      const { indicator, comment = '', days } = request.body;
      const expiresMs = days === undefined ? undefined : Date.now() + days * 86_400_000;
      const entry = await allowList.add(indicator, comment, expiresMs);
      await audit(context, ownerOf(request), 'allow_list.add', entry.indicator, given({ comment, days }));
      return reply.code(201).send(entry);
    },
  );

  app.delete<{ Querystring: { indicator: string } }>(
    '/v1/allow-list',
    { onRequest: writes, schema: { querystring: indicatorQuery } },
    async (request, reply) => {
      const { indicator } = request.query;
      if (!(await allowList.remove(indicator))) return reply.code(404).send(missing('entry'));
      await audit(context, ownerOf(request), 'allow_list.remove', indicator);
      return reply.code(204).send();
    },
  );
}

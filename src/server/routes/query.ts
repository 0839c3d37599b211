import type { FastifyInstance } from 'fastify';
import type { AlertFilter, AlertStatus, ThreatFilter } from '../../store/index.ts';
import { access, ownerOf } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { actionBody, alertQuery, detectionQuery } from './schemas.ts';

interface Narrowing {
  readonly level?: string[];
  readonly rule?: string[];
  readonly host?: string;
  readonly user?: string;
  readonly sourceIp?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

/** Detections, alerts and rules, for people and programs that look. */
export async function mountQueries(app: FastifyInstance, context: ServerContext) {
  const { store, alerts, pipeline, keys } = context;
  const reads = access(keys, 'read');

  app.get<{ Querystring: Narrowing & { kind?: string[]; tag?: string; text?: string; before?: number } }>(
    '/v1/detections',
    { onRequest: reads, schema: { querystring: detectionQuery } },
    async ({ query }) => {
      const { kind, tag, text, before, limit } = query;
      const filter: ThreatFilter = { ...narrowed(query), ...given({ kinds: kind, tag, text }) };
      const page = await store.threats.list(filter, { limit, ...given({ beforeSeq: before }) });
      return { detections: page.threats, ...given({ next: page.nextSeq }) };
    },
  );

  app.get<{ Querystring: Narrowing & { status?: AlertStatus[]; before?: string } }>(
    '/v1/alerts',
    { onRequest: reads, schema: { querystring: alertQuery } },
    async ({ query }) => {
      const filter: AlertFilter = { ...narrowed(query), ...given({ statuses: query.status }) };
      const found = await store.alerts.list(filter, {
        limit: query.limit,
        ...given({ before: cursorOf(query.before) }),
      });
      const last = found.length === query.limit ? found.at(-1) : undefined;
      return { alerts: found, ...given({ next: last && `${last.lastMs}_${last.id}` }) };
    },
  );

  app.get<{ Params: { id: string } }>('/v1/alerts/:id', { onRequest: reads }, async ({ params }, reply) => {
    const alert = alerts.alert(params.id) ?? (await store.alerts.get(params.id));
    return alert ?? reply.code(404).send(missing('alert'));
  });

  for (const action of ['acknowledge', 'resolve'] as const) {
    app.post<{ Params: { id: string }; Body: { note?: string } | null }>(
      `/v1/alerts/:id/${action}`,
      { onRequest: access(keys, 'write'), schema: { body: actionBody } },
      async (request, reply) => {
        const alert = await alerts[action](request.params.id, ownerOf(request), request.body?.note);
        return alert ?? reply.code(404).send(missing('alert that is not resolved'));
      },
    );
  }

  app.get('/v1/rules', { onRequest: reads }, async () => {
    const { rules, correlations, refused } = pipeline.detector;
    const meta = ({ id, title, level, status, tags, description }: (typeof rules)[number]) => ({
      id,
      title,
      level,
      status,
      tags,
      ...given({ description }),
    });
    return {
      rules: rules.map(meta),
      correlations: correlations.map(meta),
      refused: refused.map(({ file, line, code, message }) => ({ file, line, code, message })),
    };
  });
}

function narrowed({ level, rule, host, user, sourceIp, from, to }: Narrowing) {
  return given({ levels: level, ruleIds: rule, host, user, sourceIp, fromMs: from, toMs: to });
}

function cursorOf(before: string | undefined) {
  if (before === undefined) return undefined;
  const cut = before.indexOf('_');
  return { lastMs: Number(before.slice(0, cut)), id: before.slice(cut + 1) };
}

/** Without what is not given. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

const missing = (what: string) => ({ error: { code: 'not_found', message: `there is no such ${what}` } });

import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { AlertFilter, AlertStatus } from '../../store/index.ts';
import { access, ownerOf } from '../access.ts';
import { contextOfAlert } from '../alert-context.ts';
import type { ServerContext } from '../context.ts';
import { given, missing } from './answers.ts';
import { type Narrowing, narrowed } from './query.ts';
import { actionBody, alertQuery, bulkActionBody } from './schemas.ts';

/** How long an answer waits for the store to know what was done. */
const maxStoreMs = 2_000;

/** Alerts: lists, one of them with all that is known about it, and what is done about them. */
export async function mountAlerts(app: FastifyInstance, context: ServerContext) {
  const { store, alerts } = context;
  const reads = access(context, 'read');
  const writes = access(context, 'write');
  const find = async (id: string) => alerts.alert(id) ?? (await store.alerts.get(id));

  app.get<{ Querystring: Narrowing & { status?: AlertStatus[]; suppressed?: boolean; before?: string } }>(
    '/v1/alerts',
    { onRequest: reads, schema: { querystring: alertQuery } },
    async ({ query }) => {
      const { status, suppressed, limit } = query;
      const filter: AlertFilter = { ...narrowed(query), ...given({ statuses: status, suppressed }) };
      const found = await store.alerts.list(filter, { limit, ...given({ before: cursorOf(query.before) }) });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { alerts: found, ...given({ next: last && `${last.lastMs}_${last.id}` }) };
    },
  );

  app.get<{ Params: { id: string } }>('/v1/alerts/:id', { onRequest: reads }, async ({ params }, reply) => {
    return (await find(params.id)) ?? reply.code(404).send(missing('alert'));
  });

  app.get<{ Params: { id: string } }>(
    '/v1/alerts/:id/context',
    { onRequest: reads },
    async ({ params }, reply) => {
      const alert = await find(params.id);
      return alert ? contextOfAlert(alert, context) : reply.code(404).send(missing('alert'));
    },
  );

  for (const action of ['acknowledge', 'resolve'] as const) {
    // Whoever asks next finds it done; where the store is away, it is done all the same, and found so later.
    const stored = () => Promise.race([alerts.stored(), sleep(maxStoreMs, undefined, { ref: false })]);
    const act = async (id: string, by: string, note: string | undefined) => {
      const alert = await alerts[action](id, by, note);
      if (alert) await audit(context, by, `alert.${action}`, id, given({ note }));
      return alert;
    };
    app.post<{ Params: { id: string }; Body: { note?: string } | null }>(
      `/v1/alerts/:id/${action}`,
      { onRequest: writes, schema: { body: actionBody } },
      async (request, reply) => {
        const alert = await act(request.params.id, ownerOf(request), request.body?.note);
        await stored();
        return alert ?? reply.code(404).send(missing('alert that is not resolved'));
      },
    );
    app.post<{ Body: { ids: string[]; note?: string } }>(
      `/v1/alerts/${action}`,
      { onRequest: writes, schema: { body: bulkActionBody } },
      async (request) => {
        const { ids, note } = request.body;
        const changed = [];
        for (const id of ids) if (await act(id, ownerOf(request), note)) changed.push(id);
        await stored();
        return { changed };
      },
    );
  }
}

/** Writes down who did what; the deed is done by then, so a store that is away does not undo it. */
export async function audit(
  { store, onError }: Pick<ServerContext, 'store' | 'onError'>,
  actor: string,
  action: string,
  target: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await store.audit.add({ timeMs: Date.now(), actor, action, target, detail }).catch(onError);
}

function cursorOf(before: string | undefined) {
  if (before === undefined) return undefined;
  const cut = before.indexOf('_');
  return { lastMs: Number(before.slice(0, cut)), id: before.slice(cut + 1) };
}

import type { FastifyInstance } from 'fastify';
import { activeBackend } from '../../backend/select.ts';
import { alertLevels } from '../../store/index.ts';
import { version } from '../../version.ts';
import { access } from '../access.ts';
import type { AlertGroup, AttackAnswer, EngineAnswer, Level, Overview } from '../api.ts';
import type { ServerContext } from '../context.ts';
import { historyColumns } from '../live/figures.ts';
import { sharedAnswers } from '../shared-answers.ts';
import { timelineOf } from '../timeline.ts';
import { brief } from './answers.ts';
import { historyQuery, rangeQuery } from './schemas.ts';

const maxGroups = 100;
const maxRecent = 200;
const topSize = 10;

/** The range that ends now. */
export function rangeOf(hours: number, nowMs = Date.now()) {
  // Events may be stamped a little ahead of our clock.
  return { fromMs: nowMs - hours * 3_600_000, toMs: nowMs + 60_000 };
}

/** The first look, the ATT&CK counts, and how the engine does. */
export async function mountOverview(app: FastifyInstance, context: ServerContext) {
  const { store, pipeline, watch, stream } = context;
  const reads = access(context, 'read');
  const overviewOf = sharedAnswers(
    (hours: number) => overview(context, hours),
    () => stream.changes,
  );

  app.get<{ Querystring: { hours: number } }>(
    '/v1/overview',
    { onRequest: reads, schema: { querystring: rangeQuery } },
    ({ query }) => overviewOf(query.hours),
  );

  app.get<{ Querystring: { hours: number } }>(
    '/v1/attack',
    { onRequest: reads, schema: { querystring: rangeQuery } },
    async ({ query }): Promise<AttackAnswer> => {
      const range = rangeOf(query.hours);
      const { rules, correlations } = pipeline.detector;
      const covered = new Map<string, number>();
      for (const { tags } of [...rules, ...correlations]) {
        for (const id of new Set(tags.map(techniqueOf))) if (id) covered.set(id, (covered.get(id) ?? 0) + 1);
      }
      const techniques = (await store.rollups.top('tag', range, 10_000)).flatMap(
        ({ value, count, lastMs }) => {
          const id = techniqueOf(value);
          return id === undefined ? [] : [{ id, count, lastMs }];
        },
      );
      return { ...range, techniques, covered: [...covered].map(([id, count]) => ({ id, rules: count })) };
    },
  );

  app.get<{ Querystring: { seconds: number } }>(
    '/v1/engine',
    { onRequest: reads, schema: { querystring: historyQuery } },
    async ({ query }): Promise<EngineAnswer> => {
      const { rules, correlations } = pipeline.detector;
      return {
        figures: watch.figures,
        backend: activeBackend().name,
        version,
        store: store.dialect,
        rules: rules.length + correlations.length,
        history: { columns: historyColumns, rows: watch.history(query.seconds) },
      };
    },
  );
}

async function overview({ store }: ServerContext, hours: number): Promise<Overview> {
  const range = rangeOf(hours);
  const [counts, groups, recent, timeline, sources, hosts] = await Promise.all([
    store.alerts.counts({ statuses: ['open', 'acknowledged'] }),
    store.alerts.groups('open', maxGroups),
    store.alerts.list({ statuses: ['open'] }, { limit: maxRecent }),
    timelineOf(store, range.fromMs, range.toMs),
    store.rollups.top('source.ip', range, topSize),
    store.rollups.top('host', range, topSize),
  ]);
  return {
    counts: counts as Overview['counts'],
    groups: groups.map(
      ({ severity, ...group }): AlertGroup => ({ ...group, level: alertLevels[severity] as Level }),
    ),
    recent: recent.map(brief),
    timeline,
    sources,
    hosts,
  };
}

/** `T1110.001` of the tag `attack.t1110.001`. */
const techniqueOf = (tag: string) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase();

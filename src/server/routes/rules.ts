import type { FastifyInstance } from 'fastify';
import type { RuleMeta } from '../../detect/index.ts';
import { access } from '../access.ts';
import { ruleDetail } from '../alert-context.ts';
import type { RuleInfo, RulesAnswer } from '../api.ts';
import type { ServerContext } from '../context.ts';
import { given, missing } from './answers.ts';
import { rangeOf } from './overview.ts';
import { rangeQuery } from './schemas.ts';

const maxRules = 20_000;

/** Rules in use with what they found and cost, and those refused. */
export async function mountRules(app: FastifyInstance, context: ServerContext) {
  const { store, pipeline, rules: book } = context;
  const reads = access(context, 'read');

  app.get<{ Querystring: { hours: number } }>(
    '/v1/rules',
    { onRequest: reads, schema: { querystring: rangeQuery } },
    async ({ query }): Promise<RulesAnswer> => {
      const { rules, correlations, refused } = pipeline.detector;
      const hits = await store.rollups.top('rule', rangeOf(query.hours), maxRules);
      const hitsOf = new Map(hits.map((one) => [one.value, one]));
      const costs = book.costs();
      const info =
        (kind: RuleInfo['kind']) =>
        (rule: RuleMeta): RuleInfo => {
          const { id, title, level, status, tags, description } = rule;
          const hit = hitsOf.get(id);
          const costNs = costs?.byRule.get(id);
          return {
            id,
            title,
            level,
            status,
            tags,
            kind,
            hits: hit?.count ?? 0,
            ...given({ description, lastMs: hit?.lastMs, costNs }),
          };
        };
      return {
        rules: rules.map(info('detection')),
        correlations: correlations.map(info('correlation')),
        refused: refused.map(({ file, line, code, message }) => ({
          file,
          code,
          message,
          ...given({ line }),
        })),
        cost: costs ? { events: costs.events, measuredMs: costs.measuredMs } : null,
      };
    },
  );

  app.get<{ Params: { id: string } }>('/v1/rules/:id', { onRequest: reads }, async ({ params }, reply) => {
    return (await ruleDetail(params.id, context)) ?? reply.code(404).send(missing('rule'));
  });
}

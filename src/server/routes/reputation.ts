import type { FastifyInstance } from 'fastify';
import { access } from '../access.ts';
import type { ReputationAnswer, ReputationSummary } from '../api.ts';
import type { ServerContext } from '../context.ts';
import { indicatorQuery } from './schemas.ts';

const maxLearned = 50;

/** What is known of an address, domain or hash. */
export async function mountReputation(app: FastifyInstance, context: ServerContext) {
  const { reputation } = context;
  const reads = access(context, 'read');

  app.get<{ Querystring: { indicator: string } }>(
    '/v1/reputation',
    { onRequest: reads, schema: { querystring: indicatorQuery } },
    async ({ query }): Promise<ReputationAnswer> => reputation.checkReputation(query.indicator.trim()),
  );

  app.get('/v1/reputation/summary', { onRequest: reads }, async (): Promise<ReputationSummary> => {
    const learned = reputation
      .learned()
      .sort((a, b) => b.points - a.points)
      .slice(0, maxLearned)
      .map(({ indicator, atMs }) => ({
        indicator,
        score: reputation.check(indicator).score,
        updatedMs: atMs,
      }));
    return { feeds: reputation.feeds(), learned: learned.filter(({ score }) => score > 0) };
  });
}

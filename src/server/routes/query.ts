import type { FastifyInstance } from 'fastify';
import type { ThreatFilter } from '../../store/index.ts';
import { access } from '../access.ts';
import type { ServerContext } from '../context.ts';
import { given } from './answers.ts';
import { detectionQuery } from './schemas.ts';

/** How lists are narrowed, alike for detections and alerts. */
export interface Narrowing {
  readonly level?: string[];
  readonly rule?: string[];
  readonly host?: string;
  readonly user?: string;
  readonly sourceIp?: string;
  readonly text?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

/** Detections, for people and programs that look. */
export async function mountQueries(app: FastifyInstance, context: ServerContext) {
  app.get<{ Querystring: Narrowing & { kind?: string[]; tag?: string; before?: number } }>(
    '/v1/detections',
    { onRequest: access(context, 'read'), schema: { querystring: detectionQuery } },
    async ({ query }) => {
      const { kind, tag, before, limit } = query;
      const filter: ThreatFilter = { ...narrowed(query), ...given({ kinds: kind, tag }) };
      const page = await context.store.threats.list(filter, { limit, ...given({ beforeSeq: before }) });
      return { detections: page.threats, ...given({ next: page.nextSeq }) };
    },
  );
}

export function narrowed({ level, rule, host, user, sourceIp, text, from, to }: Narrowing) {
  return given({ levels: level, ruleIds: rule, host, user, sourceIp, text, fromMs: from, toMs: to });
}

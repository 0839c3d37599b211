import { storable } from '../clean.ts';
import type { Queries } from '../query.ts';

/** The risk of a host, user or address at a moment; it decays from there. */
export interface StoredRisk {
  /** Kind and name, e.g. `host:db1`. */
  readonly entity: string;
  readonly score: number;
  readonly updatedMs: number;
}

export interface Risks {
  put(risks: readonly StoredRisk[]): Promise<void>;
  get(entity: string): Promise<StoredRisk | undefined>;
  /** Highest score as of its own time first. */
  top(limit?: number): Promise<StoredRisk[]>;
}

export function riskTable(queries: Queries): Risks {
  const { build } = queries;
  const select = () => build.selectFrom('entity_risk').select(['entity', 'score', 'updated_ms as updatedMs']);
  return {
    async put(risks) {
      if (risks.length === 0) return;
      await queries.all(
        risks.map(({ entity, score, updatedMs }) =>
          build
            .insertInto('entity_risk')
            .values({ entity: storable(entity), score, updated_ms: updatedMs })
            .onConflict((conflict) =>
              conflict
                .column('entity')
                .doUpdateSet(({ ref }) => ({
                  score: ref('excluded.score'),
                  updated_ms: ref('excluded.updated_ms'),
                }))
                .whereRef('entity_risk.updated_ms', '<=', 'excluded.updated_ms'),
            ),
        ),
      );
    },
    get(entity) {
      return queries.first(select().where('entity', '=', storable(entity)));
    },
    top(limit = 100) {
      return queries.rows(select().orderBy('score', 'desc').orderBy('entity').limit(limit));
    },
  };
}

import { indexed } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { InsertTarget } from '../statement.ts';

/** The risk of a host, user or address at a moment; it decays from there. */
export interface StoredRisk {
  /** Kind and name, e.g. `host:db1`. */
  readonly entity: string;
  readonly score: number;
  readonly updatedMs: number;
}

/** Risk by entity. */
export interface Risks {
  /** Stores risks in one statement; of two for one entity the later stays. */
  put(risks: readonly StoredRisk[]): Promise<void>;
  /** The risk of an entity as it was written, not aged. */
  get(entity: string): Promise<StoredRisk | undefined>;
  /** Highest score as of its own time first. */
  top(limit?: number): Promise<StoredRisk[]>;
}

const riskTarget: InsertTarget = {
  table: 'entity_risk',
  columns: [
    ['entity', 'text'],
    ['score', 'double precision'],
    ['updated_ms', 'bigint'],
  ],
  key: ['entity'],
  update: { columns: ['score', 'updated_ms'], newer: ['updated_ms', '>='] },
  rowsAtOnce: 200,
};

export function riskTable(queries: Queries): Risks {
  const { build } = queries;
  const select = () => build.selectFrom('entity_risk').select(['entity', 'score', 'updated_ms as updatedMs']);
  return {
    async put(risks) {
      if (risks.length === 0) return;
      const newest = new Map<string, StoredRisk>();
      for (const risk of risks) {
        const entity = indexed(risk.entity);
        if (!((newest.get(entity)?.updatedMs ?? -1) > risk.updatedMs)) newest.set(entity, risk);
      }
      const values = [...newest].flatMap(([entity, { score, updatedMs }]) => [
        entity,
        score,
        Math.floor(updatedMs),
      ]);
      await queries.engine.insert({ target: riskTarget, values });
    },
    get(entity) {
      return queries.first(select().where('entity', '=', indexed(entity)));
    },
    top(limit = 100) {
      return queries.rows(select().orderBy('score', 'desc').orderBy('entity').limit(limit));
    },
  };
}

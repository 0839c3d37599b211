import { storable } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { RuleTable } from '../schema.ts';

/** A rule as it was loaded, so that an alert's page can show the text that raised it. */
export interface StoredRule {
  readonly id: string;
  readonly title: string;
  readonly level: string;
  /** Sigma status: stable, test, experimental, deprecated or unsupported. */
  readonly status: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  /** The rule's YAML. */
  readonly source: string;
  /** Hash of the source. */
  readonly digest: string;
  readonly updatedMs: number;
}

/** Rules kept in the database. */
export interface Rules {
  /**
   * Stores rules in one transaction. One that is there is replaced, but stays enabled or disabled as it is.
   */
  put(rules: readonly StoredRule[]): Promise<void>;
  /** The rule of an id. */
  get(id: string): Promise<StoredRule | undefined>;
  /** By id, in pages. */
  list(afterId?: string, limit?: number): Promise<StoredRule[]>;
  /** Enables or disables a rule; `false` where there is none. */
  setEnabled(id: string, enabled: boolean, nowMs: number): Promise<boolean>;
}

export function ruleTable(queries: Queries): Rules {
  const { build } = queries;
  return {
    async put(rules) {
      if (rules.length === 0) return;
      await queries.all(
        rules.map((rule) =>
          build
            .insertInto('rules')
            .values(toRow(rule))
            .onConflict((conflict) =>
              // Whether it is enabled is the operator's word, so a reload leaves that alone.
              conflict.column('id').doUpdateSet(({ ref }) => ({
                title: ref('excluded.title'),
                level: ref('excluded.level'),
                status: ref('excluded.status'),
                tags: ref('excluded.tags'),
                source: ref('excluded.source'),
                digest: ref('excluded.digest'),
                updated_ms: ref('excluded.updated_ms'),
              })),
            ),
        ),
      );
    },
    async get(id) {
      const row = await queries.first(build.selectFrom('rules').selectAll().where('id', '=', id));
      return row && fromRow(row);
    },
    async list(afterId = '', limit = 100) {
      const query = build
        .selectFrom('rules')
        .selectAll()
        .where('id', '>', afterId)
        .orderBy('id')
        .limit(limit);
      return (await queries.rows(query)).map(fromRow);
    },
    async setEnabled(id, enabled, nowMs) {
      const set = { enabled: enabled ? 1 : 0, updated_ms: nowMs };
      return (await queries.change(build.updateTable('rules').set(set).where('id', '=', id))) > 0;
    },
  };
}

const toRow = (rule: StoredRule): RuleTable => ({
  id: storable(rule.id),
  title: storable(rule.title),
  level: rule.level,
  status: rule.status,
  enabled: rule.enabled ? 1 : 0,
  tags: JSON.stringify(rule.tags),
  source: storable(rule.source),
  digest: rule.digest,
  updated_ms: rule.updatedMs,
});

const fromRow = (row: RuleTable): StoredRule => ({
  id: row.id,
  title: row.title,
  level: row.level,
  status: row.status,
  enabled: row.enabled === 1,
  tags: JSON.parse(row.tags),
  source: row.source,
  digest: row.digest,
  updatedMs: row.updated_ms,
});

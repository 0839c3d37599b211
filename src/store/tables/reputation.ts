import { storable } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { ReputationTable } from '../schema.ts';
import type { InsertTarget, SqlValue } from '../statement.ts';

/** What one origin says about one indicator: a learned score, or an entry somebody made by hand. */
export interface StoredReputation {
  readonly kind: 'ip' | 'domain' | 'hash';
  /** Canonical form, e.g. a CIDR prefix, a lower-case domain, a hex digest. */
  readonly indicator: string;
  /** Feed, `learned`, `allow` or `deny`. */
  readonly origin: string;
  /** 0 (harmless) to 100. */
  readonly score: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly category: string;
  readonly updatedMs: number;
  readonly expiresMs?: number;
}

/** Indicators learned or set by hand. */
export interface ReputationEntries {
  /** Stores entries in one transaction; what an origin said of an indicator before is replaced. */
  put(entries: readonly StoredReputation[]): Promise<void>;
  /** What each origin says of an indicator in its canonical form, by origin; expired entries are left out. */
  of(kind: StoredReputation['kind'], indicator: string, nowMs: number): Promise<StoredReputation[]>;
  /** Live entries of an origin, by indicator, in pages. */
  list(origin: string, nowMs: number, afterIndicator?: string, limit?: number): Promise<StoredReputation[]>;
  /** Live entries of an origin, the last updated first. */
  latest(origin: string, nowMs: number, limit: number): Promise<StoredReputation[]>;
  /** Removes what one origin said of an indicator; `false` where it said nothing. */
  remove(kind: StoredReputation['kind'], indicator: string, origin: string): Promise<boolean>;
  /** Deletes what has expired at `nowMs`; tells how many. The sweep does it. */
  removeExpired(nowMs: number): Promise<number>;
}

const target: InsertTarget = {
  table: 'reputation',
  columns: [
    ['kind', 'text'],
    ['indicator', 'text'],
    ['origin', 'text'],
    ['score', 'double precision'],
    ['confidence', 'double precision'],
    ['category', 'text'],
    ['updated_ms', 'bigint'],
    ['expires_ms', 'bigint'],
  ],
  key: ['kind', 'indicator', 'origin'],
  update: { columns: ['score', 'confidence', 'category', 'updated_ms', 'expires_ms'] },
};

export function reputationTable(queries: Queries): ReputationEntries {
  const { build } = queries;
  const live = (nowMs: number) =>
    build
      .selectFrom('reputation')
      .selectAll()
      .where((either) => either.or([either('expires_ms', 'is', null), either('expires_ms', '>', nowMs)]));
  return {
    async put(entries) {
      if (entries.length === 0) return;
      const last = new Map<string, ReputationTable>();
      for (const entry of entries) {
        const row = toRow(entry);
        last.set(JSON.stringify([row.kind, row.indicator, row.origin]), row);
      }
      const values: SqlValue[] = [];
      for (const row of last.values()) {
        for (const [column] of target.columns) values.push(row[column as keyof ReputationTable]);
      }
      await queries.engine.insert({ target, values });
    },
    async of(kind, indicator, nowMs) {
      const query = live(nowMs).where('kind', '=', kind).where('indicator', '=', indicator).orderBy('origin');
      return (await queries.rows(query)).map(fromRow);
    },
    async list(origin, nowMs, afterIndicator = '', limit = 1_000) {
      const query = live(nowMs)
        .where('origin', '=', origin)
        .where('indicator', '>', afterIndicator)
        .orderBy('indicator')
        .orderBy('kind')
        .limit(limit);
      return (await queries.rows(query)).map(fromRow);
    },
    async latest(origin, nowMs, limit) {
      const query = live(nowMs).where('origin', '=', origin).orderBy('updated_ms', 'desc').limit(limit);
      return (await queries.rows(query)).map(fromRow);
    },
    async remove(kind, indicator, origin) {
      const query = build
        .deleteFrom('reputation')
        .where('kind', '=', kind)
        .where('indicator', '=', indicator)
        .where('origin', '=', origin);
      return (await queries.change(query)) > 0;
    },
    removeExpired(nowMs) {
      return queries.change(build.deleteFrom('reputation').where('expires_ms', '<=', nowMs));
    },
  };
}

const toRow = (entry: StoredReputation): ReputationTable => ({
  kind: entry.kind,
  indicator: storable(entry.indicator),
  origin: storable(entry.origin),
  score: entry.score,
  confidence: entry.confidence,
  category: storable(entry.category),
  updated_ms: Math.floor(entry.updatedMs),
  expires_ms: entry.expiresMs === undefined ? null : Math.floor(entry.expiresMs),
});

const fromRow = (row: ReputationTable): StoredReputation => ({
  kind: row.kind as StoredReputation['kind'],
  indicator: row.indicator,
  origin: row.origin,
  score: row.score,
  confidence: row.confidence,
  category: row.category,
  updatedMs: row.updated_ms,
  ...(row.expires_ms === null ? {} : { expiresMs: row.expires_ms }),
});

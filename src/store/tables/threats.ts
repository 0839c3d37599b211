import { sql } from 'kysely';
import { indexed, storable, storableOrNull } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { ThreatTable } from '../schema.ts';
import type { InsertTarget, SqlValue } from '../statement.ts';

/** A detection on its way into the store. */
export interface NewThreat {
  /** The same detection of the same event always has the same id: a second insert changes nothing. */
  readonly id: string;
  readonly eventId?: string;
  readonly kind: string;
  readonly ruleId: string;
  readonly title: string;
  readonly level: string;
  readonly tags: readonly string[];
  readonly matched: readonly { readonly field: string; readonly value: string }[];
  /** ECS names, e.g. `host`, `user`, `source.ip`. */
  readonly entities: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly line?: number;
  readonly correlation?: unknown;
  readonly alertId?: string;
  /** Event time, or the time of arrival where the event tells none. */
  readonly timeMs: number;
}

export interface Threat extends NewThreat {
  /** Order of storing; pages go by it. */
  readonly seq: number;
  readonly storedMs: number;
}

/** Which detections. */
export interface ThreatFilter {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly levels?: readonly string[];
  readonly kinds?: readonly string[];
  readonly ruleIds?: readonly string[];
  readonly alertId?: string;
  readonly host?: string;
  readonly user?: string;
  readonly sourceIp?: string;
  /** A whole tag, e.g. `attack.t1110`, case-insensitive for ASCII. */
  readonly tag?: string;
  /** Part of the title, case-insensitive for ASCII. */
  readonly text?: string;
}

/** A page of detections, and where the next one begins. */
export interface ThreatPage {
  readonly threats: readonly Threat[];
  /** Pass as `beforeSeq` for the next page; absent on the last. */
  readonly nextSeq?: number;
}

/** Detections. */
export interface Threats {
  /** Stores a batch in one transaction and tells how many were new. */
  insert(batch: readonly NewThreat[], storedMs: number): Promise<number>;
  /** The threat of an id. */
  get(id: string): Promise<Threat | undefined>;
  /** Newest stored first. `limit` is 100 by default, 1,000 at most. */
  list(filter?: ThreatFilter, page?: { beforeSeq?: number; limit?: number }): Promise<ThreatPage>;
  /** Threats that a filter leaves; counted row by row, which takes its time over a long history. */
  count(filter?: ThreatFilter): Promise<number>;
}

const threatTarget: InsertTarget = {
  table: 'threats',
  columns: [
    ['id', 'text'],
    ['event_id', 'text'],
    ['kind', 'text'],
    ['rule_id', 'text'],
    ['title', 'text'],
    ['level', 'text'],
    ['tags', 'text'],
    ['matched', 'text'],
    ['entities', 'text'],
    ['host', 'text'],
    ['user_name', 'text'],
    ['source_ip', 'text'],
    ['source', 'text'],
    ['line', 'bigint'],
    ['correlation', 'text'],
    ['alert_id', 'text'],
    ['time_ms', 'bigint'],
    ['stored_ms', 'bigint'],
  ],
  key: ['id'],
  rolledUp: true,
};

/** The entity names that have columns of their own. */
export const entityColumns = {
  host: ['host', 'host.name'],
  user: ['user', 'user.name'],
  sourceIp: ['source.ip', 'client.ip'],
} as const;

export function entityColumn(
  entities: Readonly<Record<string, string>>,
  column: keyof typeof entityColumns,
): string | null {
  for (const name of entityColumns[column]) {
    const value = entities[name];
    if (value !== undefined) return indexed(value);
  }
  return null;
}

export function threatTable(queries: Queries): Threats {
  const { build, engine } = queries;
  return {
    insert(batch, storedMs) {
      if (batch.length === 0) return Promise.resolve(0);
      const values: SqlValue[] = [];
      for (const threat of batch) pushRow(values, threat, storedMs);
      return engine.insert({ target: threatTarget, values });
    },
    async get(id) {
      const row = await queries.first(build.selectFrom('threats').selectAll().where('id', '=', id));
      return row && fromRow(row);
    },
    async list(filter = {}, { beforeSeq, limit = 100 } = {}) {
      const size = Math.min(Math.max(1, limit), 1_000);
      let query = build
        .selectFrom('threats')
        .selectAll()
        .orderBy('seq', 'desc')
        .limit(size + 1);
      if (beforeSeq !== undefined) query = query.where('seq', '<', beforeSeq);
      for (const [column, operator, value] of conditions(filter))
        query = query.where(column, operator, value);
      const rows = await queries.rows(query);
      const threats = rows.slice(0, size).map(fromRow);
      const last = threats.at(-1);
      return rows.length > size && last ? { threats, nextSeq: last.seq } : { threats };
    },
    async count(filter = {}) {
      let query = build.selectFrom('threats').select(({ fn }) => fn.countAll<number>().as('count'));
      for (const [column, operator, value] of conditions(filter))
        query = query.where(column, operator, value);
      return Number((await queries.first(query))?.count ?? 0);
    },
  };
}

type Condition = readonly [
  keyof ThreatTable | ReturnType<typeof lower>,
  '=' | '>=' | '<' | 'in' | 'like',
  SqlValue | readonly string[],
];

function conditions(filter: ThreatFilter): Condition[] {
  const list: Condition[] = [];
  if (filter.fromMs !== undefined) list.push(['time_ms', '>=', filter.fromMs]);
  if (filter.toMs !== undefined) list.push(['time_ms', '<', filter.toMs]);
  if (filter.levels) list.push(['level', 'in', filter.levels]);
  if (filter.kinds) list.push(['kind', 'in', filter.kinds]);
  if (filter.ruleIds) list.push(['rule_id', 'in', filter.ruleIds]);
  if (filter.alertId !== undefined) list.push(['alert_id', '=', filter.alertId]);
  if (filter.host !== undefined) list.push(['host', '=', indexed(filter.host)]);
  if (filter.user !== undefined) list.push(['user_name', '=', indexed(filter.user)]);
  if (filter.sourceIp !== undefined) list.push(['source_ip', '=', indexed(filter.sourceIp)]);
  // Tags are a JSON array of strings: the quotes keep "t1110" from holding for "t1110.001".
  if (filter.tag !== undefined) list.push([lower('tags'), 'like', likeText(JSON.stringify(filter.tag))]);
  if (filter.text !== undefined) list.push([lower('title'), 'like', likeText(filter.text)]);
  return list;
}

/** PostgreSQL's `like` tells case, SQLite's does not: both are asked in lower case, which is that of ASCII in both. */
export const lower = (column: 'title' | 'tags') => sql<string>`lower(${sql.ref(column)})`;

/** What `like` looks for, for {@link lower}. Its wildcards stand for one character each: a filter may let a little more through. */
export const likeText = (text: string) =>
  `%${text.replaceAll(/[%\\]/g, '_').replaceAll(/[A-Z]+/g, (upper) => upper.toLowerCase())}%`;

function pushRow(values: SqlValue[], threat: NewThreat, storedMs: number): void {
  const { entities } = threat;
  values.push(
    storable(threat.id),
    storableOrNull(threat.eventId),
    threat.kind,
    storable(threat.ruleId),
    storable(threat.title),
    threat.level,
    JSON.stringify(threat.tags),
    JSON.stringify(threat.matched),
    JSON.stringify(entities),
    entityColumn(entities, 'host'),
    entityColumn(entities, 'user'),
    entityColumn(entities, 'sourceIp'),
    storableOrNull(threat.source),
    threat.line ?? null,
    threat.correlation === undefined ? null : JSON.stringify(threat.correlation),
    threat.alertId ?? null,
    Math.floor(threat.timeMs),
    Math.floor(storedMs),
  );
}

function fromRow(row: Omit<ThreatTable, 'seq'> & { readonly seq: number }): Threat {
  return {
    seq: row.seq,
    id: row.id,
    ...(row.event_id === null ? {} : { eventId: row.event_id }),
    kind: row.kind,
    ruleId: row.rule_id,
    title: row.title,
    level: row.level,
    tags: JSON.parse(row.tags),
    matched: JSON.parse(row.matched),
    entities: JSON.parse(row.entities),
    ...(row.source === null ? {} : { source: row.source }),
    ...(row.line === null ? {} : { line: row.line }),
    ...(row.correlation === null ? {} : { correlation: JSON.parse(row.correlation) }),
    ...(row.alert_id === null ? {} : { alertId: row.alert_id }),
    timeMs: row.time_ms,
    storedMs: row.stored_ms,
  };
}

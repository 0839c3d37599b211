import type { SelectQueryBuilder } from 'kysely';
import { indexed, storable, storableOrNull } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { AlertTable, Schema } from '../schema.ts';
import type { InsertTarget, SqlValue, UpdateTarget } from '../statement.ts';
import { entityColumn, likeText, lower } from './threats.ts';

/** How an alert stands. */
export type AlertStatus = 'open' | 'acknowledged' | 'resolved';

/** An alert as the store holds it: one fingerprint from its first detection until it is resolved. */
export interface StoredAlert {
  readonly id: string;
  readonly fingerprint: string;
  readonly groupKey: string;
  readonly kind: string;
  readonly ruleId: string;
  readonly title: string;
  readonly level: string;
  /** 0 (informational) to 4 (critical), for ordering. */
  readonly severity: number;
  readonly status: AlertStatus;
  /** The silence or inhibition that keeps it from being delivered. */
  readonly suppressedBy?: string;
  /** Detections it stands for. */
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Risk of its entities when it last changed. */
  readonly risk: number;
  readonly entities: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Its first detection. */
  readonly sample: unknown;
  readonly changedBy?: string;
  readonly note?: string;
  readonly updatedMs: number;
  /** Rises with each change; an older state never overwrites a newer one. */
  readonly version: number;
}

/** What changes of an alert with each detection that it counts. */
export type AlertCounts = Pick<StoredAlert, 'id' | 'count' | 'lastMs' | 'risk' | 'updatedMs' | 'version'>;

/** Which alerts. */
export interface AlertFilter {
  readonly statuses?: readonly AlertStatus[];
  readonly levels?: readonly string[];
  readonly ruleIds?: readonly string[];
  readonly groupKey?: string;
  readonly host?: string;
  readonly user?: string;
  readonly sourceIp?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly suppressed?: boolean;
  /** Part of the title, case-insensitive for ASCII. */
  readonly text?: string;
}

/** Alerts of one rule with one status. */
export interface AlertGroup {
  readonly ruleId: string;
  /** Of its newest alert. */
  readonly title: string;
  readonly severity: number;
  readonly alerts: number;
  /** Detections that its alerts stand for. */
  readonly detections: number;
  readonly lastMs: number;
}

/** Where the next page begins. */
export interface AlertCursor {
  readonly lastMs: number;
  readonly id: string;
}

/** Alerts, as their newest state. */
export interface Alerts {
  /** Stores the newest state of each alert in one transaction; states older than the stored ones are left out. */
  put(alerts: readonly StoredAlert[]): Promise<number>;
  /**
   * Stores the newest counts of alerts of which the store has all else, in one transaction. Gives the ids of those that
   * it does not hold, or holds newer.
   */
  putCounts(counts: readonly AlertCounts[]): Promise<string[]>;
  /** The alert of an id, in the newest state that reached the store. */
  get(id: string): Promise<StoredAlert | undefined>;
  /** Last seen first; pass the last alert of a page as `before` for the next. */
  list(filter?: AlertFilter, page?: { before?: AlertCursor; limit?: number }): Promise<StoredAlert[]>;
  /** Counts by level and status. */
  counts(filter?: AlertFilter): Promise<{ level: string; status: AlertStatus; count: number }[]>;
  /** Alerts of a status by rule, the most severe first. `limit` is 100 by default. */
  groups(status: AlertStatus, limit?: number): Promise<AlertGroup[]>;
}

const alertTarget: InsertTarget = {
  table: 'alerts',
  columns: [
    ['id', 'text'],
    ['fingerprint', 'text'],
    ['group_key', 'text'],
    ['kind', 'text'],
    ['rule_id', 'text'],
    ['title', 'text'],
    ['level', 'text'],
    ['severity', 'bigint'],
    ['status', 'text'],
    ['suppressed_by', 'text'],
    ['count', 'bigint'],
    ['first_ms', 'bigint'],
    ['last_ms', 'bigint'],
    ['risk', 'double precision'],
    ['host', 'text'],
    ['user_name', 'text'],
    ['source_ip', 'text'],
    ['entities', 'text'],
    ['tags', 'text'],
    ['sample', 'text'],
    ['changed_by', 'text'],
    ['note', 'text'],
    ['updated_ms', 'bigint'],
    ['version', 'bigint'],
  ],
  key: ['id'],
  update: {
    columns: [
      'status',
      'suppressed_by',
      'count',
      'level',
      'severity',
      'last_ms',
      'risk',
      'changed_by',
      'note',
      'updated_ms',
      'version',
    ],
    newer: ['version', '>'],
  },
  rowsAtOnce: 20,
};

const countsTarget: UpdateTarget = {
  table: 'alerts',
  columns: [
    ['id', 'text'],
    ['count', 'bigint'],
    ['last_ms', 'bigint'],
    ['risk', 'double precision'],
    ['updated_ms', 'bigint'],
    ['version', 'bigint'],
  ],
  newer: 'version',
  rowsAtOnce: 50,
};

export function alertTable(queries: Queries): Alerts {
  const { build } = queries;
  return {
    async put(alerts) {
      if (alerts.length === 0) return 0;
      const values: SqlValue[] = [];
      for (const alert of newestOf(alerts)) {
        const row = toRow(alert);
        for (const [column] of alertTarget.columns) values.push(row[column as keyof AlertTable]);
      }
      return queries.engine.insert({ target: alertTarget, values });
    },
    async putCounts(counts) {
      if (counts.length === 0) return [];
      const values: SqlValue[] = [];
      for (const { id, count, lastMs, risk, updatedMs, version } of newestOf(counts))
        values.push(id, count, Math.floor(lastMs), risk, Math.floor(updatedMs), version);
      return (await queries.engine.update({ target: countsTarget, values })) as string[];
    },
    async get(id) {
      const row = await queries.first(build.selectFrom('alerts').selectAll().where('id', '=', id));
      return row && fromRow(row);
    },
    async list(filter = {}, { before, limit = 100 } = {}) {
      const size = Math.min(Math.max(1, limit), 1_000);
      const parts = partsOf(filter).map((part) => {
        let query = narrowed(build.selectFrom('alerts'), part)
          .selectAll()
          .orderBy('last_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(size);
        if (before) {
          query = query.where((both) =>
            // The first condition alone lets an index be entered at the right place.
            both.and([
              both('last_ms', '<=', before.lastMs),
              both.or([both('last_ms', '<', before.lastMs), both('id', '<', before.id)]),
            ]),
          );
        }
        return queries.rows(query);
      });
      const rows = (await Promise.all(parts)).flat();
      if (parts.length > 1) rows.sort((a, b) => b.last_ms - a.last_ms || (a.id < b.id ? 1 : -1));
      return rows.slice(0, size).map(fromRow);
    },
    async counts(filter = {}) {
      const query = narrowed(build.selectFrom('alerts'), filter)
        // By severity, which an index holds, and not by level, which is in the rows alone.
        .select(({ fn }) => ['severity', 'status', fn.countAll<number>().as('count')])
        .groupBy(['severity', 'status'])
        .orderBy('severity', 'desc')
        .orderBy('status');
      const rows = await queries.rows(query);
      return rows.map(({ severity, status, count }) => ({
        level: alertLevels[severity] ?? 'informational',
        status: status as AlertStatus,
        count: Number(count),
      }));
    },
    async groups(status, limit = 100) {
      const groups = await queries.rows(
        build
          .selectFrom('alerts')
          .where('status', '=', status)
          .select(({ fn }) => [
            'rule_id',
            fn.max('severity').as('severity'),
            fn.countAll<number>().as('alerts'),
            fn.sum<number>('count').as('detections'),
            fn.max('last_ms').as('last_ms'),
          ])
          .groupBy('rule_id')
          .orderBy('severity', 'desc')
          .orderBy('last_ms', 'desc')
          .limit(limit),
      );
      const titles = await Promise.all(
        groups.map(({ rule_id }) =>
          queries.first(
            build
              .selectFrom('alerts')
              .select('title')
              .where('rule_id', '=', rule_id)
              .orderBy('last_ms', 'desc')
              .limit(1),
          ),
        ),
      );
      return groups.map((group, at) => ({
        ruleId: group.rule_id,
        title: titles[at]?.title ?? group.rule_id,
        severity: Number(group.severity),
        alerts: Number(group.alerts),
        detections: Number(group.detections),
        lastMs: Number(group.last_ms),
      }));
    },
  };
}

function newestOf<T extends AlertCounts>(alerts: readonly T[]): Iterable<T> {
  const newest = new Map<string, T>();
  for (const alert of alerts) {
    const known = newest.get(alert.id);
    if (!known || known.version < alert.version) newest.set(alert.id, alert);
  }
  return newest.values();
}

/** Levels by severity. */
export const alertLevels = ['informational', 'low', 'medium', 'high', 'critical'] as const;

/**
 * A list by several statuses or levels is put together from one for each: only then does an index give it in order,
 * and a page costs the same with a million alerts as with a hundred.
 */
function partsOf(filter: AlertFilter): AlertFilter[] {
  const { statuses, levels, ruleIds, host, user, sourceIp } = filter;
  // These have indexes of their own, and leave few rows.
  if (ruleIds || host !== undefined || user !== undefined || sourceIp !== undefined) return [filter];
  if (!levels) return statuses ? statuses.map((status) => ({ ...filter, statuses: [status] })) : [filter];
  const each: readonly AlertStatus[] = statuses ?? ['open', 'acknowledged', 'resolved'];
  return each.flatMap((status) =>
    levels.map((level) => ({ ...filter, statuses: [status], levels: [level] })),
  );
}

type AlertSelect = SelectQueryBuilder<Schema, 'alerts', object>;

function narrowed(query: AlertSelect, filter: AlertFilter): AlertSelect {
  let narrow = query;
  if (filter.statuses) narrow = narrow.where('status', 'in', filter.statuses);
  if (filter.levels) narrow = narrow.where('severity', 'in', severitiesOf(filter.levels));
  if (filter.ruleIds) narrow = narrow.where('rule_id', 'in', filter.ruleIds.map(indexed));
  if (filter.groupKey !== undefined) narrow = narrow.where('group_key', '=', filter.groupKey);
  if (filter.host !== undefined) narrow = narrow.where('host', '=', indexed(filter.host));
  if (filter.user !== undefined) narrow = narrow.where('user_name', '=', indexed(filter.user));
  if (filter.sourceIp !== undefined) narrow = narrow.where('source_ip', '=', indexed(filter.sourceIp));
  if (filter.fromMs !== undefined) narrow = narrow.where('last_ms', '>=', filter.fromMs);
  if (filter.toMs !== undefined) narrow = narrow.where('last_ms', '<', filter.toMs);
  if (filter.text !== undefined) narrow = narrow.where(lower('title'), 'like', likeText(filter.text));
  if (filter.suppressed !== undefined) {
    narrow = narrow.where('suppressed_by', filter.suppressed ? 'is not' : 'is', null);
  }
  return narrow;
}

const severitiesOf = (levels: readonly string[]) =>
  levels.map((level) => alertLevels.indexOf(level as (typeof alertLevels)[number]));

const toRow = (alert: StoredAlert): AlertTable => ({
  id: alert.id,
  fingerprint: alert.fingerprint,
  group_key: storable(alert.groupKey),
  kind: alert.kind,
  rule_id: indexed(alert.ruleId),
  title: storable(alert.title),
  level: alert.level,
  severity: alert.severity,
  status: alert.status,
  suppressed_by: storableOrNull(alert.suppressedBy),
  count: alert.count,
  first_ms: Math.floor(alert.firstMs),
  last_ms: Math.floor(alert.lastMs),
  risk: alert.risk,
  host: entityColumn(alert.entities, 'host'),
  user_name: entityColumn(alert.entities, 'user'),
  source_ip: entityColumn(alert.entities, 'sourceIp'),
  entities: JSON.stringify(alert.entities),
  tags: JSON.stringify(alert.tags),
  sample: JSON.stringify(alert.sample ?? null),
  changed_by: storableOrNull(alert.changedBy),
  note: storableOrNull(alert.note),
  updated_ms: Math.floor(alert.updatedMs),
  version: alert.version,
});

const fromRow = (row: AlertTable): StoredAlert => ({
  id: row.id,
  fingerprint: row.fingerprint,
  groupKey: row.group_key,
  kind: row.kind,
  ruleId: row.rule_id,
  title: row.title,
  level: row.level,
  severity: row.severity,
  status: row.status as AlertStatus,
  ...(row.suppressed_by === null ? {} : { suppressedBy: row.suppressed_by }),
  count: row.count,
  firstMs: row.first_ms,
  lastMs: row.last_ms,
  risk: row.risk,
  entities: JSON.parse(row.entities),
  tags: JSON.parse(row.tags),
  sample: JSON.parse(row.sample),
  ...(row.changed_by === null ? {} : { changedBy: row.changed_by }),
  ...(row.note === null ? {} : { note: row.note }),
  updatedMs: row.updated_ms,
  version: row.version,
});

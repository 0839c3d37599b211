import { sql } from 'kysely';
import type { SqlEngine } from './engine.ts';
import type { Queries } from './query.ts';

const dayMs = 86_400_000;

/** How long rows are kept, in milliseconds; `false` keeps a table's rows for ever. */
export interface Retention {
  /** Default 30 days. */
  readonly threatsMs?: number | false;
  /** Minute counts. Default 400 days. */
  readonly rollupsMs?: number | false;
  /** Alerts, counted from their last detection. Default 180 days. */
  readonly alertsMs?: number | false;
  /** Default 7 days. */
  readonly eventsMs?: number | false;
  /** Default 400 days. */
  readonly auditMs?: number | false;
  /** Risks of entities, counted from what was added last; by then they have long decayed. Default 30 days. */
  readonly risksMs?: number | false;
  /** Most threats kept, the oldest going first. Default 20 million. */
  readonly maxThreats?: number | false;
}

const defaults: Required<Retention> = {
  threatsMs: 30 * dayMs,
  rollupsMs: 400 * dayMs,
  alertsMs: 180 * dayMs,
  eventsMs: 7 * dayMs,
  auditMs: 400 * dayMs,
  risksMs: 30 * dayMs,
  maxThreats: 20_000_000,
};

/** Rows deleted by one statement: bounds how long inserts wait behind it. */
const chunkRows = 5_000;

interface Rule {
  readonly table: 'threats' | 'threat_minutes' | 'alerts' | 'events' | 'audit' | 'entity_risk';
  readonly key: string;
  readonly column: string;
  readonly keepMs: number | false;
}

/** Deletes what is older than it need be, in chunks, and tells how many rows went of each table. */
export async function sweep(
  queries: Queries,
  retention: Retention,
  nowMs: number,
): Promise<Record<Rule['table'], number>> {
  const keep = { ...defaults, ...retention };
  const rules: Rule[] = [
    { table: 'threats', key: 'seq', column: 'time_ms', keepMs: keep.threatsMs },
    { table: 'alerts', key: 'id', column: 'last_ms', keepMs: keep.alertsMs },
    { table: 'events', key: 'id', column: 'time_ms', keepMs: keep.eventsMs },
    { table: 'audit', key: 'id', column: 'time_ms', keepMs: keep.auditMs },
    { table: 'entity_risk', key: 'entity', column: 'updated_ms', keepMs: keep.risksMs },
  ];
  const gone = { threats: 0, threat_minutes: 0, alerts: 0, events: 0, audit: 0, entity_risk: 0 };
  for (const { table, key, column, keepMs } of rules) {
    if (keepMs === false) continue;
    const old = sql`${sql.ref(column)} < ${Math.floor(nowMs - keepMs)}`;
    gone[table] += await deleteInChunks(queries, table, key, old);
  }
  if (keep.maxThreats !== false) {
    const surplus = sql`seq <= (select coalesce(max(seq), 0) from threats) - ${keep.maxThreats}`;
    gone.threats += await deleteInChunks(queries, 'threats', 'seq', surplus);
  }
  if (keep.rollupsMs !== false) {
    const old = Math.floor(nowMs - keep.rollupsMs);
    gone.threat_minutes = await queries.change(
      queries.build.deleteFrom('threat_minutes').where('minute_ms', '<', old),
    );
  }
  if (queries.engine.dialect === 'sqlite') await shrink(queries.engine);
  return gone;
}

/** Pages given back by one statement: about two milliseconds. */
const pagesTogether = 1_000;
/** Free pages that stay in any case, 8 MiB of them, beside a quarter of those in use: the next rows take them. */
const sparePages = 2_048;

/** Gives the system back what a flood of rows has left free in the file of SQLite, which else is as large for ever. */
async function shrink(engine: SqlEngine): Promise<void> {
  const ask = async (pragma: string) => {
    const { rows } = await engine.write({ sql: `pragma ${pragma}`, parameters: [] });
    return Number(Object.values(rows[0] ?? {})[0] ?? 0);
  };
  let free = await ask('freelist_count');
  const spare = sparePages + ((await ask('page_count')) - free) / 4;
  while (free > spare) {
    await ask(`incremental_vacuum(${pagesTogether})`);
    const left = await ask('freelist_count');
    // A file of an earlier version, which was not made for it.
    if (left >= free) return;
    free = left;
  }
}

async function deleteInChunks(
  { engine, build }: Queries,
  table: string,
  key: string,
  condition: ReturnType<typeof sql>,
): Promise<number> {
  const name = sql.table(table);
  const id = sql.ref(key);
  const { sql: text, parameters } = sql`delete from ${name} where ${id} in
    (select ${id} from ${name} where ${condition} limit ${sql.lit(chunkRows)})`.compile(build);
  let total = 0;
  for (;;) {
    const { affected } = await engine.write({ sql: text, parameters: parameters as number[] });
    total += affected;
    if (affected < chunkRows) return total;
  }
}

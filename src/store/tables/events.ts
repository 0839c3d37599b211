import { storable, storableOrNull } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { InsertTarget, SqlValue } from '../statement.ts';

/** An event kept beside a threat: not every one, only those a detection names or a sample picks. */
export interface StoredEvent {
  readonly id: string;
  readonly source?: string;
  /** 1-based. */
  readonly line?: number;
  readonly timeMs: number;
  /** The event as it came. */
  readonly body: string;
}

/** Events that detections refer to. */
export interface Events {
  /** Stores those whose id is new, and tells how many. */
  insert(batch: readonly StoredEvent[]): Promise<number>;
  /** The event of an id. */
  get(id: string): Promise<StoredEvent | undefined>;
}

const target: InsertTarget = {
  table: 'events',
  columns: [
    ['id', 'text'],
    ['source', 'text'],
    ['line', 'bigint'],
    ['time_ms', 'bigint'],
    ['body', 'text'],
  ],
  key: ['id'],
};

export function eventTable(queries: Queries): Events {
  const { build, engine } = queries;
  return {
    insert(batch) {
      if (batch.length === 0) return Promise.resolve(0);
      const values: SqlValue[] = [];
      for (const { id, source, line, timeMs, body } of batch) {
        values.push(storable(id), storableOrNull(source), line ?? null, Math.floor(timeMs), storable(body));
      }
      return engine.insert({ target, values });
    },
    async get(id) {
      const row = await queries.first(build.selectFrom('events').selectAll().where('id', '=', id));
      return (
        row && {
          id: row.id,
          ...(row.source === null ? {} : { source: row.source }),
          ...(row.line === null ? {} : { line: row.line }),
          timeMs: row.time_ms,
          body: row.body,
        }
      );
    },
  };
}

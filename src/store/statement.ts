/** What a column can hold. Times are milliseconds since the epoch; truth values are 0 and 1. */
export type SqlValue = string | number | null;

/** One SQL statement with its parameters in the dialect's own placeholders. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export type Row = Record<string, SqlValue>;

export interface StatementResult {
  readonly rows: readonly Row[];
  /** Rows inserted, updated or deleted. */
  readonly affected: number;
}

/** Type of a column in a {@link RowInsert}, as PostgreSQL's `unnest` needs to know it. */
type ColumnType = 'text' | 'bigint' | 'double precision';

type Column = readonly [name: string, type: ColumnType];

/** How a batch that nobody waits for is written. */
interface Pace {
  /** Rows at a time, about a millisecond's worth: then others get the processor. Default: all. */
  readonly rowsAtOnce?: number;
}

/** Where a batch of rows goes. Rows whose key is already there are left as they are, or updated where `update` says so. */
export interface InsertTarget extends Pace {
  readonly table: string;
  readonly columns: readonly Column[];
  /** Columns of the unique key that makes the insert idempotent. */
  readonly key: readonly string[];
  /** Columns that a row with a known key takes over; with `newer` only if that column is higher, or not lower. */
  readonly update?: {
    readonly columns: readonly string[];
    readonly newer?: readonly [column: string, operator: '>' | '>='];
  };
  /** Take the roll-up lock shared, so that a roll-up never sees a gap in `seq`. */
  readonly rolledUp?: boolean;
}

/** A batch of rows, their values row after row in one array. */
export interface RowInsert {
  readonly target: InsertTarget;
  readonly values: readonly SqlValue[];
}

/** Which columns of rows that are there are updated. */
export interface UpdateTarget extends Pace {
  readonly table: string;
  /** The unique key, then what the row with that key takes over. */
  readonly columns: readonly [Column, ...Column[]];
  /** One of the columns: a row that holds a higher value stays as it is. */
  readonly newer: string;
}

/** New values of rows that are there, row after row in one array. */
export interface RowUpdate {
  readonly target: UpdateTarget;
  readonly values: readonly SqlValue[];
}

/** What becomes of a row whose key is there: the end of the insert statement, the same in both dialects. */
export function conflictClause({ table, key, update }: InsertTarget): string {
  const conflict = `on conflict (${key.join(', ')}) do`;
  if (!update) return `${conflict} nothing`;
  const set = update.columns.map((column) => `${column} = excluded.${column}`).join(', ');
  if (!update.newer) return `${conflict} update set ${set}`;
  const [column, operator] = update.newer;
  return `${conflict} update set ${set} where excluded.${column} ${operator} ${table}.${column}`;
}

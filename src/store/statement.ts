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
export type ColumnType = 'text' | 'bigint' | 'double precision';

/** Where a batch of rows goes. Rows whose key is already there are left as they are. */
export interface InsertTarget {
  readonly table: string;
  readonly columns: readonly (readonly [name: string, type: ColumnType])[];
  /** Columns of the unique key that makes the insert idempotent. */
  readonly key: readonly string[];
  /** Take the roll-up lock shared, so that a roll-up never sees a gap in `seq`. */
  readonly rolledUp?: boolean;
}

/** A batch of rows, their values row after row in one array. */
export interface RowInsert {
  readonly target: InsertTarget;
  readonly values: readonly SqlValue[];
}

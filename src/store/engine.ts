import type { RowInsert, RowUpdate, SqlValue, Statement, StatementResult } from './statement.ts';

/** The database’s dialect of SQL. */
export type Dialect = 'sqlite' | 'postgresql';

/** What {@link Store.health} tells. */
export interface StoreHealth {
  readonly ok: boolean;
  readonly dialect: Dialect;
  /** Time of one round trip, in milliseconds. */
  readonly latencyMs: number;
  /** Why the store does not answer. */
  readonly reason?: string;
}

/** Use of the connections, for metrics. For SQLite the pool is its writer and its reader. */
export interface PoolFigures {
  readonly size: number;
  readonly inUse: number;
  readonly idle: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
  /** Busy share of the pool, 0 to 1. */
  readonly utilisation: number;
  /** Time that requests waited for a connection in all, in milliseconds. */
  readonly waitMs: number;
  readonly acquired: number;
  readonly failedConnections: number;
}

/** A database that runs statements. Everything above it is written once, for both. */
export interface SqlEngine {
  readonly dialect: Dialect;
  /** Runs a statement that changes nothing; it may go to another connection than the writes. */
  read(statement: Statement): Promise<StatementResult>;
  write(statement: Statement): Promise<StatementResult>;
  /** Runs all statements or none. */
  transaction(statements: readonly Statement[]): Promise<StatementResult[]>;
  /** Inserts rows, all or none, and tells how many were new or updated. No key may come twice where the target updates. */
  insert(insert: RowInsert): Promise<number>;
  /** Updates rows that are there, all or none, and gives the keys of those that are missing or newer. No key may come twice. */
  update(update: RowUpdate): Promise<SqlValue[]>;
  pool(): PoolFigures;
  close(): Promise<void>;
}

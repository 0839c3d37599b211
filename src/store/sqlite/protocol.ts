import type { RowInsert, RowUpdate, SqlValue, Statement, StatementResult } from '../statement.ts';

/** What the thread is started with. */
export interface ThreadOptions {
  readonly path: string;
  readonly readOnly: boolean;
  readonly cacheBytes: number;
  /** `full` syncs on each commit, `normal` on each checkpoint. */
  readonly synchronous: 'normal' | 'full';
  /** Most bytes the file may take; 0 for no limit. */
  readonly maxBytes: number;
}

export type Request =
  | { readonly id: number; readonly kind: 'run'; readonly statements: readonly Statement[] }
  | (RowInsert & { readonly id: number; readonly kind: 'insert' })
  | (RowUpdate & { readonly id: number; readonly kind: 'update' })
  | { readonly id: number; readonly kind: 'close' };

export interface Failure {
  readonly message: string;
  /** SQLite's extended result code, where it was SQLite that failed. */
  readonly errcode?: number;
}

export type Reply =
  | { readonly id: number; readonly results: readonly StatementResult[] }
  | { readonly id: number; readonly inserted: number }
  | { readonly id: number; readonly untouched: readonly SqlValue[] }
  | { readonly id: number; readonly failure: Failure };

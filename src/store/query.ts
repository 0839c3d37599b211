import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { storable } from './clean.ts';
import type { SqlEngine } from './engine.ts';
import type { Schema } from './schema.ts';
import type { SqlValue, Statement } from './statement.ts';

/** Kysely as the composer of statements; the engine runs them. */
export class Queries {
  readonly engine: SqlEngine;
  readonly build: Kysely<Schema>;

  constructor(engine: SqlEngine) {
    this.engine = engine;
    this.build = new Kysely<Schema>({
      dialect:
        engine.dialect === 'sqlite'
          ? {
              createAdapter: () => new SqliteAdapter(),
              createDriver: () => new DummyDriver(),
              createIntrospector: (db) => new SqliteIntrospector(db),
              createQueryCompiler: () => new SqliteQueryCompiler(),
            }
          : {
              createAdapter: () => new PostgresAdapter(),
              createDriver: () => new DummyDriver(),
              createIntrospector: (db) => new PostgresIntrospector(db),
              createQueryCompiler: () => new PostgresQueryCompiler(),
            },
    });
  }

  async rows<T>(query: Compilable<T>): Promise<T[]> {
    const { rows } = await this.engine.read(statementOf(query));
    return rows as T[];
  }

  async first<T>(query: Compilable<T>): Promise<T | undefined> {
    return (await this.rows(query))[0];
  }

  /** Rows that changed. */
  async change(query: Compilable): Promise<number> {
    return (await this.engine.write(statementOf(query))).affected;
  }

  /** A statement that changes rows and returns them. */
  async changeReturning<T>(query: Compilable<T>): Promise<T[]> {
    return (await this.engine.write(statementOf(query))).rows as T[];
  }

  async all(queries: readonly Compilable[]): Promise<number[]> {
    const results = await this.engine.transaction(queries.map(statementOf));
    return results.map(({ affected }) => affected);
  }
}

function statementOf(query: Compilable): Statement {
  const { sql, parameters } = query.compile();
  return { sql, parameters: (parameters as SqlValue[]).map(parameterOf) };
}

function parameterOf(parameter: SqlValue): SqlValue {
  // What is asked for too: a row is found by the text that it was given.
  if (typeof parameter === 'string') return storable(parameter);
  // Numbers here are times and counts: PostgreSQL refuses a part of a millisecond.
  return typeof parameter === 'number' ? Math.floor(parameter) : parameter;
}

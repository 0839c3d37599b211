import pg from 'pg';
import { WolfsecError } from '../../errors.ts';
import type { PoolFigures, SqlEngine } from '../engine.ts';
import { rollupLock } from '../rollup.ts';
import type { Row, RowInsert, RowUpdate, SqlValue, Statement, StatementResult } from '../statement.ts';
import { unnestInsert, unnestUpdate } from './array.ts';
import { Backoff } from './backoff.ts';
import { postgresError } from './failure.ts';

/** The PostgreSQL database and its pool. */
export interface PostgresOptions {
  readonly url: string;
  /** Schema to keep the tables in; made where it is missing. Default: the connection's own. */
  readonly schema?: string;
  /** Connections at most. Default 10. */
  readonly poolSize?: number;
  /** Longest that the server works on one statement, in milliseconds. Default 10,000. */
  readonly statementTimeoutMs?: number;
  /** Longest wait for a new connection, in milliseconds. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Requests that may wait for a connection at once. Default 10,000. */
  readonly maxWaiting?: number;
}

const int8 = 20;
const numeric = 1700;

/** PostgreSQL through a pool of `pg` connections. */
export class PostgresEngine implements SqlEngine {
  readonly dialect = 'postgresql';
  readonly #pool: pg.Pool;
  readonly #size: number;
  readonly #maxWaiting: number;
  readonly #backoff = new Backoff(100, 5_000);
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  #waitMs = 0;
  #acquired = 0;
  #failedConnections = 0;

  private constructor(options: PostgresOptions) {
    const { url, schema, poolSize = 10, statementTimeoutMs = 10_000, connectTimeoutMs = 5_000 } = options;
    this.#size = poolSize;
    this.#maxWaiting = options.maxWaiting ?? 10_000;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: 30_000,
      statement_timeout: statementTimeoutMs,
      // The server's timeout cannot help where the server is gone: the client's own ends a hung connection.
      query_timeout: statementTimeoutMs + 2_000,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      keepAlive: true,
      application_name: 'wolfsec',
      allowExitOnIdle: true,
      ...(schema === undefined ? {} : { options: `-c search_path=${schema}` }),
      types: {
        getTypeParser: ((oid: number, format?: 'text') =>
          oid === int8 || oid === numeric ? Number : pg.types.getTypeParser(oid, format)) as never,
      },
    });
    // One that breaks while in use fails its query; without a listener the same error would end the process.
    this.#pool.on('connect', (client) => {
      client.on('error', () => {});
    });
    // An idle connection that breaks is dropped by the pool; the next request opens another.
    this.#pool.on('error', () => {
      this.#failedConnections++;
    });
  }

  static async open(options: PostgresOptions): Promise<PostgresEngine> {
    const { schema } = options;
    if (schema !== undefined && !/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
      throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', 'schema must be a plain lower-case SQL name');
    }
    const engine = new PostgresEngine(options);
    try {
      const first = schema === undefined ? 'select 1' : `create schema if not exists ${schema}`;
      await engine.write({ sql: first, parameters: [] });
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  read(statement: Statement): Promise<StatementResult> {
    return this.#with((client) => query(client, statement));
  }

  write(statement: Statement): Promise<StatementResult> {
    return this.#with((client) => query(client, statement));
  }

  transaction(statements: Iterable<Statement>): Promise<StatementResult[]> {
    return this.#with(async (client) => {
      await client.query('begin');
      const results: StatementResult[] = [];
      try {
        for (const statement of statements) results.push(await query(client, statement));
        await client.query('commit');
      } catch (error) {
        // Where the connection itself broke, the server rolls back by itself.
        await client.query('rollback').catch(() => {});
        throw error;
      }
      return results;
    });
  }

  async insert(insert: RowInsert): Promise<number> {
    const { target } = insert;
    const results = await this.#paced(insert, (values) => unnestInsert({ target, values }, rollupLock));
    return results.reduce((sum, { affected }) => sum + affected, 0);
  }

  async update(update: RowUpdate): Promise<SqlValue[]> {
    const { target } = update;
    const results = await this.#paced(update, (values) => unnestUpdate({ target, values }));
    return results.flatMap(({ rows }) => rows.map(({ key }) => key as SqlValue));
  }

  pool(): PoolFigures {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    const inUse = totalCount - idleCount;
    return {
      size: this.#size,
      inUse,
      idle: idleCount,
      waiting: waitingCount,
      utilisation: inUse / this.#size,
      waitMs: this.#waitMs,
      acquired: this.#acquired,
      failedConnections: this.#failedConnections,
    };
  }

  /** Waits for what was asked before, also for what waits for a connection; the pool itself would forget those. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#pool.end();
  }

  /** All rows in one statement, or so many at a time in one transaction, laid out when it is their turn. */
  async #paced(
    { target: { columns, rowsAtOnce }, values }: RowInsert | RowUpdate,
    statementOf: (values: readonly SqlValue[]) => Statement,
  ): Promise<StatementResult[]> {
    const size = (rowsAtOnce ?? Number.POSITIVE_INFINITY) * columns.length;
    if (values.length <= size) return [await this.write(statementOf(values))];
    return this.transaction(parts());
    function* parts() {
      for (let at = 0; at < values.length; at += size) yield statementOf(values.slice(at, at + size));
    }
  }

  #with<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(new WolfsecError('WOLFSEC_DISPOSED', 'the store is closed'));
    const running = this.#run(work).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  async #run<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let failure: unknown;
    try {
      return await work(client);
    } catch (error) {
      failure = error;
      throw postgresError(error);
    } finally {
      // A connection that failed without an SQLSTATE is in an unknown state: close it rather than reuse it.
      const broken = failure !== undefined && postgresError(failure).code === 'WOLFSEC_STORE_UNAVAILABLE';
      client.release(broken);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    const startedMs = performance.now();
    const remainingMs = this.#backoff.remainingMs(startedMs);
    if (remainingMs > 0 && this.#pool.idleCount === 0) {
      throw new WolfsecError(
        'WOLFSEC_STORE_UNAVAILABLE',
        `PostgreSQL: not reachable; the next attempt to connect is in ${Math.ceil(remainingMs)} ms`,
      );
    }
    if (this.#pool.waitingCount >= this.#maxWaiting) {
      throw new WolfsecError(
        'WOLFSEC_LIMIT_EXCEEDED',
        `PostgreSQL: ${this.#maxWaiting} requests wait for a connection already`,
      );
    }
    try {
      const client = await this.#pool.connect();
      this.#acquired++;
      this.#waitMs += performance.now() - startedMs;
      this.#backoff.succeeded();
      return client;
    } catch (error) {
      this.#failedConnections++;
      this.#backoff.failed(performance.now());
      throw postgresError(error);
    }
  }
}

async function query(client: pg.PoolClient, { sql, parameters }: Statement): Promise<StatementResult> {
  const { rows, rowCount } = await client.query<Row>(sql, parameters as unknown[]);
  return { rows, affected: rowCount ?? 0 };
}

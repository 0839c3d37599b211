import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { WolfsecError } from '../../errors.ts';
import type { PoolFigures, SqlEngine } from '../engine.ts';
import type { RowInsert, RowUpdate, SqlValue, Statement, StatementResult } from '../statement.ts';
import type { ThreadOptions } from './protocol.ts';
import { Thread } from './thread.ts';

/** The SQLite file, and how many threads read it. */
export interface SqliteOptions {
  /** Folder that holds `wolfsec.db`; made where it is missing. `:memory:` keeps everything in memory. */
  readonly dataFolder: string;
  /** Page cache of the writer, in bytes. Default 64 MiB. */
  readonly cacheBytes?: number;
  /**
   * What a commit survives: `process` (default) a killed process, `power` a power cut too, at the cost of
   * an fsync a commit.
   */
  readonly durability?: 'process' | 'power';
  /** Most bytes the file may take. Default: no limit but the disk's. */
  readonly maxBytes?: number;
  /** Requests that may wait at once. Default 10,000. */
  readonly maxWaiting?: number;
}

/** Page cache of the reading connection. */
const readerCacheBytes = 16 * 1024 * 1024;

/** `node:sqlite` in threads of its own: one writes with group commit, one reads beside it (WAL). */
export class SqliteEngine implements SqlEngine {
  readonly dialect = 'sqlite';
  readonly #writer: Thread;
  readonly #reader: Thread;

  private constructor(writer: Thread, reader: Thread) {
    this.#writer = writer;
    this.#reader = reader;
  }

  static async open(options: SqliteOptions): Promise<SqliteEngine> {
    const { dataFolder, durability = 'process', maxBytes = 0, maxWaiting = 10_000 } = options;
    const inMemory = dataFolder === ':memory:';
    if (!inMemory) makeFolder(dataFolder);
    const common: ThreadOptions = {
      path: inMemory ? dataFolder : join(dataFolder, 'wolfsec.db'),
      readOnly: false,
      cacheBytes: options.cacheBytes ?? 64 * 1024 * 1024,
      synchronous: durability === 'power' ? 'full' : 'normal',
      maxBytes,
    };
    const writer = new Thread(common, maxWaiting);
    // The first answer says that the file could be opened, and makes it for the reader.
    await writer.ask({ kind: 'run', statements: [{ sql: 'select 1', parameters: [] }] });
    // A database in memory belongs to its connection, so there the writer reads too.
    const reader = inMemory
      ? writer
      : new Thread({ ...common, readOnly: true, cacheBytes: readerCacheBytes }, maxWaiting);
    return new SqliteEngine(writer, reader);
  }

  async read(statement: Statement): Promise<StatementResult> {
    const [result] = await run(this.#reader, [statement]);
    return result as StatementResult;
  }

  async write(statement: Statement): Promise<StatementResult> {
    const [result] = await run(this.#writer, [statement]);
    return result as StatementResult;
  }

  async transaction(statements: readonly Statement[]): Promise<StatementResult[]> {
    return [...(await run(this.#writer, statements))];
  }

  async insert({ target, values }: RowInsert): Promise<number> {
    const reply = await this.#writer.ask({ kind: 'insert', target, values });
    return 'inserted' in reply ? reply.inserted : 0;
  }

  async update({ target, values }: RowUpdate): Promise<SqlValue[]> {
    const reply = await this.#writer.ask({ kind: 'update', target, values });
    return 'untouched' in reply ? [...reply.untouched] : [];
  }

  pool(): PoolFigures {
    const threads = this.#reader === this.#writer ? [this.#writer] : [this.#writer, this.#reader];
    const inUse = threads.filter(({ waiting }) => waiting > 0).length;
    return {
      size: threads.length,
      inUse,
      idle: threads.length - inUse,
      waiting: threads.reduce((sum, { waiting }) => sum + Math.max(0, waiting - 1), 0),
      utilisation: inUse / threads.length,
      waitMs: threads.reduce((sum, { waitMs }) => sum + waitMs, 0),
      acquired: threads.reduce((sum, { served }) => sum + served, 0),
      failedConnections: 0,
    };
  }

  async close(): Promise<void> {
    this.#writer.refuse();
    // The last to close takes the write-ahead log in, which a reader must not do.
    if (this.#reader !== this.#writer) await this.#reader.close();
    await this.#writer.close();
  }
}

async function run(thread: Thread, statements: readonly Statement[]): Promise<readonly StatementResult[]> {
  const reply = await thread.ask({ kind: 'run', statements });
  return 'results' in reply ? reply.results : [];
}

function makeFolder(dataFolder: string): void {
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new WolfsecError(
      'WOLFSEC_STORE_UNAVAILABLE',
      `dataFolder ${dataFolder} cannot be made: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

import { invalidArgument } from '../errors.ts';
import type { Dialect, PoolFigures, SqlEngine, StoreHealth } from './engine.ts';
import { currentVersion, migrate } from './migrate.ts';
import type { PostgresOptions } from './postgres/engine.ts';
import { Queries } from './query.ts';
import { type Retention, sweep } from './retention.ts';
import { type Rollups, rollupTable } from './rollup.ts';
import { SqliteEngine, type SqliteOptions } from './sqlite/engine.ts';
import { type Alerts, alertTable } from './tables/alerts.ts';
import { type ApiKeys, apiKeyTable } from './tables/api-keys.ts';
import { type Audit, auditTable } from './tables/audit.ts';
import { type Events, eventTable } from './tables/events.ts';
import { type Records, recordTable } from './tables/records.ts';
import { type ReputationEntries, reputationTable } from './tables/reputation.ts';
import { type Risks, riskTable } from './tables/risk.ts';
import { type Rules, ruleTable } from './tables/rules.ts';
import { type Sessions, sessionTable } from './tables/sessions.ts';
import { type Threats, threatTable } from './tables/threats.ts';

/** Which database, and what is kept how long. */
export interface StoreOptions {
  /**
   * `postgres://…` for PostgreSQL. Default: `WOLFSEC_DATABASE_URL`, and without that the embedded
   * database in `dataFolder`.
   */
  readonly url?: string;
  /** Folder of the embedded database. Default: `WOLFSEC_DATA`, else `./wolfsec-data`. `:memory:` keeps no file. */
  readonly dataFolder?: string;
  readonly sqlite?: Omit<SqliteOptions, 'dataFolder'>;
  readonly postgres?: Omit<PostgresOptions, 'url'>;
  readonly retention?: Retention;
  /** How often old rows are swept, in milliseconds; `false` for never. Default 10 minutes. */
  readonly sweepEveryMs?: number | false;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Everything that outlives the process, whichever database holds it. */
export interface Store extends AsyncDisposable {
  readonly dialect: Dialect;
  readonly threats: Threats;
  readonly rollups: Rollups;
  readonly alerts: Alerts;
  readonly events: Events;
  readonly rules: Rules;
  readonly reputation: ReputationEntries;
  readonly risks: Risks;
  readonly sessions: Sessions;
  readonly apiKeys: ApiKeys;
  readonly records: Records;
  readonly audit: Audit;
  /** Round trip to the database. Never throws: the reason is in the answer. */
  health(): Promise<StoreHealth>;
  /** Use of the connections: busy, idle, and how long requests waited. */
  pool(): PoolFigures;
  /** The number of the last migration that ran. */
  schemaVersion(): Promise<number>;
  /** Sweeps what retention does not keep. Runs by itself every `sweepEveryMs`. */
  sweep(): Promise<Record<string, number>>;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}

/**
 * Opens the store and brings its schema up to date.
 *
 * @throws {WolfsecError} `WOLFSEC_STORE_UNAVAILABLE` where the database cannot be reached or its file not
 *   opened, `WOLFSEC_STORE_CORRUPT` where the file is no database, `WOLFSEC_STORE_NEWER` where its schema is
 *   newer than this Wolfsec, `WOLFSEC_INVALID_ARGUMENT` for a URL of another kind.
 */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const now = options.now ?? Date.now;
  const engine = await openEngine(options);
  try {
    await migrate(engine, now());
  } catch (error) {
    await engine.close();
    throw error;
  }
  return storeOver(engine, options, now);
}

async function openEngine({ url, dataFolder, sqlite, postgres }: StoreOptions): Promise<SqlEngine> {
  const address = url ?? (dataFolder === undefined ? process.env.WOLFSEC_DATABASE_URL : undefined);
  if (address === undefined || address === '') {
    const folder = dataFolder ?? process.env.WOLFSEC_DATA ?? 'wolfsec-data';
    return SqliteEngine.open({ ...sqlite, dataFolder: folder });
  }
  if (!/^postgres(ql)?:\/\//.test(address)) {
    // The address may hold a password, so only its scheme is told.
    throw invalidArgument('url', `a postgres:// address, not ${JSON.stringify(address.split(':', 1)[0])}:…`);
  }
  const { PostgresEngine } = await import('./postgres/engine.ts');
  return PostgresEngine.open({ ...postgres, url: address });
}

function storeOver(engine: SqlEngine, options: StoreOptions, now: () => number): Store {
  const queries = new Queries(engine);
  const sessions = sessionTable(queries);
  const records = recordTable(queries);
  const reputation = reputationTable(queries);
  const rollups = rollupTable(queries);

  const sweepAll = async () => {
    const nowMs = now();
    await rollups.rollUp();
    const old = await sweep(queries, options.retention ?? {}, nowMs);
    return {
      ...old,
      sessions: await sessions.removeExpired(nowMs),
      records: await records.removeExpired(nowMs),
      reputation: await reputation.removeExpired(nowMs),
    };
  };
  const { sweepEveryMs = 600_000 } = options;
  const timer =
    sweepEveryMs === false
      ? undefined
      : // A sweep that fails is tried again next time; health tells that the database is down.
        setInterval(() => void sweepAll().catch(() => {}), sweepEveryMs).unref();

  const close = async () => {
    clearInterval(timer);
    await engine.close();
  };
  return {
    dialect: engine.dialect,
    threats: threatTable(queries),
    rollups,
    alerts: alertTable(queries),
    events: eventTable(queries),
    rules: ruleTable(queries),
    reputation,
    risks: riskTable(queries),
    sessions,
    apiKeys: apiKeyTable(queries),
    records,
    audit: auditTable(queries),
    health: () => health(engine),
    pool: () => engine.pool(),
    schemaVersion: () => currentVersion(engine),
    sweep: sweepAll,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function health(engine: SqlEngine): Promise<StoreHealth> {
  const startedMs = performance.now();
  const answer = (ok: boolean, reason?: string): StoreHealth => ({
    ok,
    dialect: engine.dialect,
    latencyMs: performance.now() - startedMs,
    ...(reason === undefined ? {} : { reason }),
  });
  try {
    await engine.write({ sql: 'select 1 as one', parameters: [] });
    return answer(true);
  } catch (error) {
    return answer(false, (error as Error).message);
  }
}

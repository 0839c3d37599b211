import { WolfsecError } from '../errors.ts';
import type { Dialect, SqlEngine } from './engine.ts';
import { type Migration, migrations, sequenceColumn } from './migrations.ts';
import type { Statement } from './statement.ts';

const plain = (sql: string): Statement => ({ sql, parameters: [] });

/**
 * Brings the schema up to date, one transaction a migration. Several processes may start at once: the
 * version's primary key lets only one of them through.
 *
 * @throws {WolfsecError} `WOLFSEC_STORE_NEWER` where a newer Wolfsec has migrated the database already.
 */
export async function migrate(engine: SqlEngine, nowMs: number): Promise<void> {
  await createVersionTable(engine);
  let at = await currentVersion(engine);
  const newest = migrations.at(-1)?.version ?? 0;
  if (at > newest) {
    throw new WolfsecError(
      'WOLFSEC_STORE_NEWER',
      `the database has schema version ${at}, this Wolfsec knows ${newest}: upgrade Wolfsec, or give it another database`,
    );
  }
  for (const migration of migrations) {
    if (migration.version <= at) continue;
    await apply(engine, migration, nowMs);
    at = migration.version;
  }
}

async function createVersionTable(engine: SqlEngine): Promise<void> {
  const create = plain(
    'create table if not exists schema_migrations (version bigint not null primary key, name text not null, applied_ms bigint not null)',
  );
  try {
    await engine.write(create);
  } catch {
    // PostgreSQL's "if not exists" can still lose a race against another process; by now the table is there.
    await engine.write(create);
  }
}

/** The version that the database has. */
export async function currentVersion(engine: SqlEngine): Promise<number> {
  const { rows } = await engine.write(
    plain('select coalesce(max(version), 0) as version from schema_migrations'),
  );
  return Number(rows[0]?.version ?? 0);
}

async function apply(
  engine: SqlEngine,
  { version, name, statements }: Migration,
  nowMs: number,
): Promise<void> {
  try {
    await engine.transaction([
      // First, so that a second process waits here and then fails on the key, having changed nothing.
      { sql: claim(engine), parameters: [version, name, nowMs] },
      ...statements.map((sql) => plain(inDialect(sql, engine.dialect))),
    ]);
  } catch (error) {
    if (await appliedByAnother(engine, version)) return;
    throw error;
  }
}

function inDialect(sql: string, dialect: Dialect): string {
  const counted = sql.replace('$seq', sequenceColumn[dialect]);
  // Byte order in both, whatever the server's locale: pages and prefixes rely on it.
  return dialect === 'sqlite' ? counted : counted.replaceAll(/\btext\b/g, 'text collate "C"');
}

function claim({ dialect }: SqlEngine): string {
  const marks = dialect === 'sqlite' ? '?, ?, ?' : '$1, $2, $3';
  return `insert into schema_migrations (version, name, applied_ms) values (${marks})`;
}

async function appliedByAnother(engine: SqlEngine, version: number): Promise<boolean> {
  return (await currentVersion(engine)) >= version;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../src/store/index.ts';

/** Where the tests find a PostgreSQL; its schemas are made and dropped by them. */
export const postgresUrl = process.env.WOLFSEC_TEST_DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/test';

/** Why PostgreSQL is left out, or `undefined` where it answers. */
export const withoutPostgres = await reasonAgainst();

async function reasonAgainst(): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: postgresUrl, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.end();
    return undefined;
  } catch (error) {
    const reason = `no PostgreSQL answers (set WOLFSEC_TEST_DATABASE_URL): ${(error as Error).message}`;
    console.info(`skipped: ${reason}`);
    return reason;
  }
}

let schemas = 0;

/** A schema of this test run's own, dropped by {@link dropSchema}. */
export const ownSchema = () => `wolfsec_test_${process.pid}_${Date.now().toString(36)}_${schemas++}`;

export async function dropSchema(schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`drop schema if exists ${schema} cascade`);
  await client.end();
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'wolfsec-store-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs one table of cases against both databases. */
export function describeStores(
  name: string,
  cases: (store: () => Store) => void,
  options: StoreOptions = {},
): void {
  describe(`${name} (sqlite)`, () => {
    const folder = temporaryFolder();
    let store: Store;
    beforeAll(async () => {
      store = await openStore({ sweepEveryMs: false, ...options, dataFolder: folder.path });
    });
    afterAll(async () => {
      await store.close();
      folder.remove();
    });
    cases(() => store);
  });
  describe.skipIf(withoutPostgres !== undefined)(`${name} (postgresql)`, () => {
    const schema = ownSchema();
    let store: Store;
    beforeAll(async () => {
      store = await openStore({ sweepEveryMs: false, ...options, url: postgresUrl, postgres: { schema } });
    });
    afterAll(async () => {
      await store.close();
      await dropSchema(schema);
    });
    cases(() => store);
  });
}

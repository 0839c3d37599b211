import pg from 'pg';
import { expect, test } from 'vitest';
import { openStore, WriteBehind } from '../../src/store/index.ts';
import { postgresError } from '../../src/store/postgres/failure.ts';
import { dropSchema, ownSchema, postgresUrl, withoutPostgres } from './stores.ts';

test('what says nothing about the rows is a database that is away', () => {
  const state = (code: string) =>
    postgresError(Object.assign(new Error('no'), { code, severity: 'ERROR' })).code;
  // Password changed, database gone, schema gone, right taken away, table gone.
  for (const code of ['28P01', '3D000', '3F000', '42501', '42P01'])
    expect(state(code)).toBe('WOLFSEC_STORE_UNAVAILABLE');
  expect(state('22P02')).toBe('WOLFSEC_STORE_FAILED');
  // Looks like an SQLSTATE and is a connection that broke.
  const broken = postgresError(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }));
  expect(broken.code).toBe('WOLFSEC_STORE_UNAVAILABLE');
});

test.skipIf(withoutPostgres !== undefined)('rows wait while the right to write them is away', async () => {
  const schema = ownSchema();
  const store = await openStore({ url: postgresUrl, postgres: { schema }, sweepEveryMs: false });
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`alter table ${schema}.events rename to away`);
  const failed: unknown[] = [];
  const buffer = new WriteBehind<string>({
    write: (ids) => store.events.insert(ids.map((id) => ({ id, timeMs: 0, body: '' }))),
    retryMs: 10,
    maxRetryMs: 10,
    onFailure: (error) => failed.push(error),
  });
  await buffer.add(['a', 'b']);
  await expect.poll(() => failed.length).toBeGreaterThan(1);
  await client.query(`alter table ${schema}.away rename to events`);
  await buffer.flush();
  expect(buffer.figures()).toMatchObject({ refused: 0, written: 2 });
  expect(await store.events.get('b')).toBeDefined();
  await client.end();
  await store.close();
  await dropSchema(schema);
});

test('a store that was closed refuses no rows: they are told of as not written', async () => {
  const store = await openStore({ dataFolder: ':memory:', sweepEveryMs: false });
  await store.close();
  const buffer = new WriteBehind<string>({
    write: (ids) => store.events.insert(ids.map((id) => ({ id, timeMs: 0, body: '' }))),
  });
  await buffer.add(['a', 'b']);
  await expect(buffer.close(20)).rejects.toThrow('2 items were not written');
  expect(buffer.figures().refused).toBe(0);
});

test('whoever waits for what was not written is told when the buffer closes', async () => {
  const away = () => Promise.reject(Object.assign(new Error('away'), { code: 'WOLFSEC_STORE_UNAVAILABLE' }));
  const buffer = new WriteBehind<number>({ write: away });
  await buffer.add([1]);
  const disposed = expect.objectContaining({ code: 'WOLFSEC_DISPOSED' });
  const told = expect(buffer.flush()).rejects.toThrow(disposed);
  await expect(buffer.close(10)).rejects.toThrow('1 items were not written');
  await told;
  await expect(buffer.flush()).rejects.toThrow(disposed);
});

import { WolfsecError } from '../../errors.ts';
import { storable } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { RecordTable } from '../schema.ts';

/** A value of a collection, with the version that a change must name. */
export interface StoredRecord<T = unknown> {
  readonly key: string;
  readonly value: T;
  /** 1 when made, one more with each change. */
  readonly version: number;
  readonly updatedMs: number;
  readonly expiresMs?: number;
}

/** Which version a record must have to be replaced, and when it expires. */
export interface PutOptions {
  readonly nowMs: number;
  readonly expiresMs?: number;
  /** Change only this version; 0 to make a record that must not be there yet. Default: whatever is there. */
  readonly ifVersion?: number;
}

/**
 * JSON values by collection and key, with optional expiry and compare-and-set: for what needs no table of
 * its own (users, second factors, lock-outs, offsets, settings).
 */
export interface Records {
  /** The record, or `undefined` where there is none or it has expired at `nowMs`. */
  get<T = unknown>(collection: string, key: string, nowMs: number): Promise<StoredRecord<T> | undefined>;
  /** The new version, or `undefined` where `ifVersion` does not hold. */
  put(collection: string, key: string, value: unknown, options: PutOptions): Promise<number | undefined>;
  /** Removes it; with `ifVersion` only that version. */
  remove(collection: string, key: string, ifVersion?: number): Promise<boolean>;
  /** Live records whose key starts with `prefix`, by key, in pages. */
  list<T = unknown>(
    collection: string,
    options: { nowMs: number; prefix?: string; afterKey?: string; limit?: number },
  ): Promise<StoredRecord<T>[]>;
  /** Deletes what has expired at `nowMs`; tells how many. The sweep does it. */
  removeExpired(nowMs: number): Promise<number>;
}

export function recordTable(queries: Queries): Records {
  const { build } = queries;
  const at = (collection: string, key: string) => [storable(collection), storable(key)] as const;
  const live = (nowMs: number) =>
    build
      .selectFrom('records')
      .selectAll()
      .where((either) => either.or([either('expires_ms', 'is', null), either('expires_ms', '>', nowMs)]));

  const insert = async (row: RecordTable, replaceExpiredAt: number): Promise<boolean> => {
    const query = build.insertInto('records').values(row);
    const changed = await queries.change(
      // A record that has expired is as good as none, though retention has not swept it yet.
      query.onConflict((conflict) =>
        conflict
          .columns(['collection', 'key'])
          .doUpdateSet(({ ref }) => ({
            value: ref('excluded.value'),
            version: ref('excluded.version'),
            updated_ms: ref('excluded.updated_ms'),
            expires_ms: ref('excluded.expires_ms'),
          }))
          .where('records.expires_ms', '<=', replaceExpiredAt),
      ),
    );
    return changed > 0;
  };

  return {
    async get<T>(collection: string, key: string, nowMs: number) {
      const [c, k] = at(collection, key);
      const row = await queries.first(live(nowMs).where('collection', '=', c).where('key', '=', k));
      return row && fromRow<T>(row);
    },
    async put(collection, key, value, { nowMs, expiresMs, ifVersion }) {
      const [c, k] = at(collection, key);
      const text = JSON.stringify(value);
      if (text === undefined) {
        throw new WolfsecError(
          'WOLFSEC_INVALID_ARGUMENT',
          `value of ${collection}/${key} must be JSON, not undefined`,
        );
      }
      const row: RecordTable = {
        collection: c,
        key: k,
        value: text,
        version: 1,
        updated_ms: nowMs,
        expires_ms: expiresMs ?? null,
      };
      if (ifVersion === 0) return (await insert(row, nowMs)) ? 1 : undefined;
      if (ifVersion !== undefined) {
        const set = { value: text, version: ifVersion + 1, updated_ms: nowMs, expires_ms: row.expires_ms };
        const changed = await queries.change(
          build
            .updateTable('records')
            .set(set)
            .where('collection', '=', c)
            .where('key', '=', k)
            .where('version', '=', ifVersion)
            .where((either) =>
              either.or([either('expires_ms', 'is', null), either('expires_ms', '>', nowMs)]),
            ),
        );
        return changed > 0 ? ifVersion + 1 : undefined;
      }
      const [stored] = await queries.changeReturning(
        build
          .insertInto('records')
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(['collection', 'key']).doUpdateSet((expression) => ({
              value: expression.ref('excluded.value'),
              version: expression('records.version', '+', 1),
              updated_ms: expression.ref('excluded.updated_ms'),
              expires_ms: expression.ref('excluded.expires_ms'),
            })),
          )
          .returning('version'),
      );
      return stored?.version;
    },
    async remove(collection, key, ifVersion) {
      const [c, k] = at(collection, key);
      const query = build.deleteFrom('records').where('collection', '=', c).where('key', '=', k);
      const narrowed = ifVersion === undefined ? query : query.where('version', '=', ifVersion);
      return (await queries.change(narrowed)) > 0;
    },
    async list<T>(
      collection: string,
      options: { nowMs: number; prefix?: string; afterKey?: string; limit?: number },
    ) {
      const { nowMs, prefix = '', afterKey = '', limit = 1_000 } = options;
      let query = live(nowMs).where('collection', '=', storable(collection)).where('key', '>', afterKey);
      // A range instead of "like": no escaping, and the index serves it in both databases.
      if (prefix) query = query.where('key', '>=', prefix).where('key', '<', `${prefix}\u{10ffff}`);
      const rows = await queries.rows(query.orderBy('key').limit(limit));
      return rows.map((row) => fromRow<T>(row));
    },
    removeExpired(nowMs) {
      return queries.change(build.deleteFrom('records').where('expires_ms', '<=', nowMs));
    },
  };
}

const fromRow = <T>(row: RecordTable): StoredRecord<T> => ({
  key: row.key,
  value: JSON.parse(row.value) as T,
  version: row.version,
  updatedMs: row.updated_ms,
  ...(row.expires_ms === null ? {} : { expiresMs: row.expires_ms }),
});

import { storable } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { ApiKeyTable } from '../schema.ts';

/** An API key at rest. The key itself is never stored, only its hash. */
export interface StoredApiKey {
  /** Public id; unique. */
  readonly id: string;
  readonly keyHash: string;
  readonly ownerId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdMs: number;
  readonly expiresMs?: number;
  readonly lastUsedMs?: number;
  readonly revokedMs?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** API keys by public id; only their hashes are kept. */
export interface ApiKeys {
  /** @throws {WolfsecError} `WOLFSEC_STORE_CONFLICT` where the id or hash exists. */
  add(key: StoredApiKey): Promise<void>;
  /** The key by its hash, whether live, expired or revoked: the caller decides, and can say why. */
  getByHash(keyHash: string): Promise<StoredApiKey | undefined>;
  /** The key of a public id, whether live, expired or revoked. */
  get(id: string): Promise<StoredApiKey | undefined>;
  /** Newest first. */
  listOfOwner(ownerId: string): Promise<StoredApiKey[]>;
  /** All keys, by id, in pages: pass the last id of the page before. */
  list(afterId?: string, limit?: number): Promise<StoredApiKey[]>;
  /** Records uses, last one wins; many keys in one write. */
  touch(uses: readonly { readonly id: string; readonly lastUsedMs: number }[]): Promise<void>;
  /** Marks a key as revoked; `false` where there is none, or it was already. */
  revoke(id: string, revokedMs: number): Promise<boolean>;
  /**
   * Deletes a key for good; `false` where there was none. Its history goes with it: {@link revoke} keeps
   * that.
   */
  remove(id: string): Promise<boolean>;
}

export function apiKeyTable(queries: Queries): ApiKeys {
  const { build } = queries;
  const select = () => build.selectFrom('api_keys').selectAll();
  return {
    async add(key) {
      await queries.change(build.insertInto('api_keys').values(toRow(key)));
    },
    async getByHash(keyHash) {
      const row = await queries.first(select().where('key_hash', '=', keyHash));
      return row && fromRow(row);
    },
    async get(id) {
      const row = await queries.first(select().where('id', '=', id));
      return row && fromRow(row);
    },
    async listOfOwner(ownerId) {
      const query = select().where('owner_id', '=', ownerId).orderBy('created_ms', 'desc').limit(1_000);
      return (await queries.rows(query)).map(fromRow);
    },
    async list(afterId = '', limit = 100) {
      return (await queries.rows(select().where('id', '>', afterId).orderBy('id').limit(limit))).map(fromRow);
    },
    async touch(uses) {
      if (uses.length === 0) return;
      await queries.all(
        uses.map(({ id, lastUsedMs }) =>
          build
            .updateTable('api_keys')
            .set({ last_used_ms: lastUsedMs })
            .where('id', '=', id)
            .where((either) =>
              either.or([either('last_used_ms', 'is', null), either('last_used_ms', '<', lastUsedMs)]),
            ),
        ),
      );
    },
    async revoke(id, revokedMs) {
      const query = build
        .updateTable('api_keys')
        .set({ revoked_ms: revokedMs })
        .where('id', '=', id)
        .where('revoked_ms', 'is', null);
      return (await queries.change(query)) > 0;
    },
    async remove(id) {
      return (await queries.change(build.deleteFrom('api_keys').where('id', '=', id))) > 0;
    },
  };
}

const toRow = (key: StoredApiKey): ApiKeyTable => ({
  id: key.id,
  key_hash: key.keyHash,
  owner_id: storable(key.ownerId),
  name: storable(key.name),
  scopes: JSON.stringify(key.scopes),
  created_ms: key.createdMs,
  expires_ms: key.expiresMs ?? null,
  last_used_ms: key.lastUsedMs ?? null,
  revoked_ms: key.revokedMs ?? null,
  data: JSON.stringify(key.data),
});

const fromRow = (row: ApiKeyTable): StoredApiKey => ({
  id: row.id,
  keyHash: row.key_hash,
  ownerId: row.owner_id,
  name: row.name,
  scopes: JSON.parse(row.scopes),
  createdMs: row.created_ms,
  ...(row.expires_ms === null ? {} : { expiresMs: row.expires_ms }),
  ...(row.last_used_ms === null ? {} : { lastUsedMs: row.last_used_ms }),
  ...(row.revoked_ms === null ? {} : { revokedMs: row.revoked_ms }),
  data: JSON.parse(row.data),
});

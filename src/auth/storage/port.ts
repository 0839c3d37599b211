import type { ApiKeys, Records, Sessions } from '../../store/index.ts';

export type { StoredApiKey, StoredRecord, StoredSession } from '../../store/index.ts';

/** Sessions by token hash; expired ones are never given. */
export type SessionStorage = Pick<
  Sessions,
  'add' | 'get' | 'touch' | 'rotate' | 'remove' | 'removeById' | 'removeOfUser' | 'listOfUser'
>;

/** API keys by public id; only their hashes are kept. */
export type ApiKeyStorage = Pick<ApiKeys, 'add' | 'getByHash' | 'listOfOwner' | 'touch' | 'revoke'>;

/** JSON values by collection and key: accounts, second factors, lockouts, refresh tokens. */
export type RecordStorage = Pick<Records, 'get' | 'put' | 'remove' | 'list'>;

/** What authentication keeps: a `Store` is one that outlives the process, `memoryStorage` gives one that does not. */
export interface AuthStorage {
  readonly sessions: SessionStorage;
  readonly apiKeys: ApiKeyStorage;
  readonly records: RecordStorage;
}

/** A session at rest. The token itself is never stored, only its hash. */
export interface StoredSession {
  /** SHA-256 of the token, base64url; unique. */
  readonly tokenHash: string;
  /** Public id, for device lists and revocation; unique. */
  readonly id: string;
  readonly userId: string;
  readonly createdMs: number;
  readonly lastSeenMs: number;
  /** End when idle. */
  readonly idleExpiresMs: number;
  /** End in any case. */
  readonly expiresMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Sessions by token hash; expired ones are never given. */
export interface SessionStorage {
  add(session: StoredSession): Promise<void>;
  get(tokenHash: string, nowMs: number): Promise<StoredSession | undefined>;
  /** Moves the idle end forward, never backward. */
  touch(tokenHash: string, lastSeenMs: number, idleExpiresMs: number): Promise<boolean>;
  /** Puts `next` in place of the session, all or nothing; `false` where that was gone already. */
  rotate(tokenHash: string, next: StoredSession): Promise<boolean>;
  remove(tokenHash: string): Promise<boolean>;
  removeById(userId: string, id: string): Promise<boolean>;
  removeOfUser(userId: string, exceptTokenHash?: string): Promise<number>;
  /** Live sessions of a user, last seen first. */
  listOfUser(userId: string, nowMs: number): Promise<StoredSession[]>;
}

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

export interface ApiKeyStorage {
  add(key: StoredApiKey): Promise<void>;
  /** The key by its hash, whether live, expired or revoked. */
  getByHash(keyHash: string): Promise<StoredApiKey | undefined>;
  listOfOwner(ownerId: string): Promise<StoredApiKey[]>;
  touch(uses: readonly { readonly id: string; readonly lastUsedMs: number }[]): Promise<void>;
  revoke(id: string, revokedMs: number): Promise<boolean>;
}

/** A value of a collection, with the version that a change must name. */
export interface StoredRecord<T = unknown> {
  readonly key: string;
  readonly value: T;
  readonly version: number;
  readonly updatedMs: number;
  readonly expiresMs?: number;
}

export interface PutOptions {
  readonly nowMs: number;
  readonly expiresMs?: number;
  /** Change only this version; 0 to make a record that must not be there yet. Default: whatever is there. */
  readonly ifVersion?: number;
}

/** JSON values by collection and key: accounts, second factors, lockouts, refresh tokens. */
export interface RecordStorage {
  get<T = unknown>(collection: string, key: string, nowMs: number): Promise<StoredRecord<T> | undefined>;
  /** The new version, or `undefined` where `ifVersion` does not hold. */
  put(collection: string, key: string, value: unknown, options: PutOptions): Promise<number | undefined>;
  remove(collection: string, key: string, ifVersion?: number): Promise<boolean>;
  list<T = unknown>(
    collection: string,
    options: { nowMs: number; prefix?: string; afterKey?: string; limit?: number },
  ): Promise<StoredRecord<T>[]>;
}

/** What authentication keeps. `openStore` gives one that outlives the process, `memoryStorage` one that does not. */
export interface AuthStorage {
  readonly sessions: SessionStorage;
  readonly apiKeys: ApiKeyStorage;
  readonly records: RecordStorage;
}

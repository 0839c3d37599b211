import { storable } from '../clean.ts';
import type { Queries } from '../query.ts';
import type { SessionTable } from '../schema.ts';

/** A session at rest. The token itself is never stored, only its hash. */
export interface StoredSession {
  /** Hash of the token, in the encoding the caller chose; unique. */
  readonly tokenHash: string;
  /** Public id, for device lists and revocation; unique. */
  readonly id: string;
  readonly userId: string;
  readonly createdMs: number;
  readonly lastSeenMs: number;
  /** End when idle, moved forward by {@link Sessions.touch}. */
  readonly idleExpiresMs: number;
  /** End in any case. */
  readonly expiresMs: number;
  /** Whatever else belongs to it (device, binding, roles); JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Sessions by token hash. Expired ones are never returned, and swept by retention. */
export interface Sessions {
  /** @throws {WolfsecError} `WOLFSEC_STORE_CONFLICT` where the token hash or id exists. */
  add(session: StoredSession): Promise<void>;
  /** The session, or `undefined` where there is none or it has expired at `nowMs`. */
  get(tokenHash: string, nowMs: number): Promise<StoredSession | undefined>;
  /** Moves the idle end forward; never backward, so that late writers do no harm. */
  touch(tokenHash: string, lastSeenMs: number, idleExpiresMs: number): Promise<boolean>;
  /** Replaces the data. */
  update(tokenHash: string, data: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** Puts `next` in place of the session, all or nothing; `false` where that was gone already. */
  rotate(tokenHash: string, next: StoredSession): Promise<boolean>;
  /** Ends a session; `false` where there was none. */
  remove(tokenHash: string): Promise<boolean>;
  /** Ends a session by its public id, if it is of that user; `false` where there was none. */
  removeById(userId: string, id: string): Promise<boolean>;
  /** Removes all of a user, but for `exceptTokenHash`; tells how many. */
  removeOfUser(userId: string, exceptTokenHash?: string): Promise<number>;
  /** Live sessions of a user, last seen first. */
  listOfUser(userId: string, nowMs: number): Promise<StoredSession[]>;
  /** Deletes what has expired at `nowMs`, idle or in any case; tells how many. The sweep does it. */
  removeExpired(nowMs: number): Promise<number>;
}

export function sessionTable(queries: Queries): Sessions {
  const { build } = queries;
  return {
    async add(session) {
      await queries.change(build.insertInto('sessions').values(toRow(session)));
    },
    async get(tokenHash, nowMs) {
      const row = await queries.first(
        build
          .selectFrom('sessions')
          .selectAll()
          .where('token_hash', '=', tokenHash)
          .where('expires_ms', '>', nowMs)
          .where('idle_expires_ms', '>', nowMs),
      );
      return row && fromRow(row);
    },
    async touch(tokenHash, lastSeenMs, idleExpiresMs) {
      const changed = await queries.change(
        build
          .updateTable('sessions')
          .set({ last_seen_ms: lastSeenMs, idle_expires_ms: idleExpiresMs })
          .where('token_hash', '=', tokenHash)
          .where('last_seen_ms', '<=', lastSeenMs),
      );
      return changed > 0;
    },
    async update(tokenHash, data) {
      const set = { data: JSON.stringify(data) };
      return (
        (await queries.change(build.updateTable('sessions').set(set).where('token_hash', '=', tokenHash))) > 0
      );
    },
    async rotate(tokenHash, next) {
      const { token_hash, data, ...rest } = toRow(next);
      const changed = await queries.change(
        build
          .updateTable('sessions')
          .set({ token_hash, data, ...rest })
          .where('token_hash', '=', tokenHash),
      );
      return changed > 0;
    },
    async remove(tokenHash) {
      return (await queries.change(build.deleteFrom('sessions').where('token_hash', '=', tokenHash))) > 0;
    },
    async removeById(userId, id) {
      const query = build.deleteFrom('sessions').where('user_id', '=', userId).where('id', '=', id);
      return (await queries.change(query)) > 0;
    },
    removeOfUser(userId, exceptTokenHash) {
      const query = build.deleteFrom('sessions').where('user_id', '=', userId);
      return queries.change(exceptTokenHash ? query.where('token_hash', '<>', exceptTokenHash) : query);
    },
    async listOfUser(userId, nowMs) {
      const rows = await queries.rows(
        build
          .selectFrom('sessions')
          .selectAll()
          .where('user_id', '=', userId)
          .where('expires_ms', '>', nowMs)
          .where('idle_expires_ms', '>', nowMs)
          .orderBy('last_seen_ms', 'desc')
          .limit(1_000),
      );
      return rows.map(fromRow);
    },
    removeExpired(nowMs) {
      return queries.change(
        build
          .deleteFrom('sessions')
          .where((or) => or.or([or('expires_ms', '<=', nowMs), or('idle_expires_ms', '<=', nowMs)])),
      );
    },
  };
}

const toRow = (session: StoredSession): SessionTable => ({
  token_hash: session.tokenHash,
  id: session.id,
  user_id: storable(session.userId),
  created_ms: session.createdMs,
  last_seen_ms: session.lastSeenMs,
  idle_expires_ms: session.idleExpiresMs,
  expires_ms: session.expiresMs,
  data: JSON.stringify(session.data),
});

const fromRow = (row: SessionTable): StoredSession => ({
  tokenHash: row.token_hash,
  id: row.id,
  userId: row.user_id,
  createdMs: row.created_ms,
  lastSeenMs: row.last_seen_ms,
  idleExpiresMs: row.idle_expires_ms,
  expiresMs: row.expires_ms,
  data: JSON.parse(row.data),
});

import { WolfsecError } from '../../errors.ts';
import type { SessionStorage, StoredSession } from './port.ts';

/** Inserts between two sweeps of what has expired. */
const sweepEvery = 1_024;

export function memorySessions(): SessionStorage {
  const byHash = new Map<string, StoredSession>();
  const hashesById = new Map<string, string>();
  const hashesOfUser = new Map<string, Set<string>>();
  let inserts = 0;

  const put = (session: StoredSession) => {
    byHash.set(session.tokenHash, session);
    hashesById.set(session.id, session.tokenHash);
    const hashes = hashesOfUser.get(session.userId) ?? new Set();
    hashesOfUser.set(session.userId, hashes.add(session.tokenHash));
  };
  const drop = (tokenHash: string) => {
    const session = byHash.get(tokenHash);
    if (!session) return false;
    byHash.delete(tokenHash);
    if (hashesById.get(session.id) === tokenHash) hashesById.delete(session.id);
    const hashes = hashesOfUser.get(session.userId);
    hashes?.delete(tokenHash);
    if (hashes?.size === 0) hashesOfUser.delete(session.userId);
    return true;
  };
  const isLive = (session: StoredSession, nowMs: number) =>
    session.expiresMs > nowMs && session.idleExpiresMs > nowMs;
  const ofUser = (userId: string) =>
    [...(hashesOfUser.get(userId) ?? [])].map((hash) => byHash.get(hash) as StoredSession);

  return {
    async add(session) {
      if (byHash.has(session.tokenHash) || hashesById.has(session.id)) {
        throw new WolfsecError('WOLFSEC_STORE_CONFLICT', 'a session with this token or id exists');
      }
      put(session);
      if (++inserts % sweepEvery === 0) {
        for (const known of byHash.values()) {
          if (!isLive(known, session.createdMs)) drop(known.tokenHash);
        }
      }
    },
    async get(tokenHash, nowMs) {
      const session = byHash.get(tokenHash);
      return session && isLive(session, nowMs) ? session : undefined;
    },
    async touch(tokenHash, lastSeenMs, idleExpiresMs) {
      const session = byHash.get(tokenHash);
      if (!session || session.lastSeenMs > lastSeenMs) return false;
      byHash.set(tokenHash, { ...session, lastSeenMs, idleExpiresMs });
      return true;
    },
    async rotate(tokenHash, next) {
      if (!drop(tokenHash)) return false;
      put(next);
      return true;
    },
    remove: async (tokenHash) => drop(tokenHash),
    async removeById(userId, id) {
      const hash = hashesById.get(id);
      return hash !== undefined && byHash.get(hash)?.userId === userId && drop(hash);
    },
    async removeOfUser(userId, exceptTokenHash) {
      const gone = ofUser(userId).filter(({ tokenHash }) => tokenHash !== exceptTokenHash);
      for (const { tokenHash } of gone) drop(tokenHash);
      return gone.length;
    },
    async listOfUser(userId, nowMs) {
      const live = ofUser(userId).filter((session) => isLive(session, nowMs));
      return live.sort((a, b) => b.lastSeenMs - a.lastSeenMs);
    },
  };
}

import { bytesOfHash } from '../digest.ts';
import type { LiveEntry } from '../live-credentials.ts';
import type { StoredSession } from '../storage/port.ts';
import { fromStored, type Session } from './session.ts';

/** A session in memory. */
export interface LiveSession extends LiveEntry {
  readonly tokenHash: string;
  /** Made once, so that a check allocates nothing. */
  readonly accepted: { readonly ok: true; readonly session: Writable<Session> };
  touchedMs: number;
  hintsTold: string;
}
type Writable<T> = { -readonly [K in keyof T]: T[K] };

export const liveSession = (stored: StoredSession, nowMs: number): LiveSession => ({
  id: stored.id,
  owner: stored.userId,
  digest: bytesOfHash(stored.tokenHash),
  loadedMs: nowMs,
  loading: undefined,
  tokenHash: stored.tokenHash,
  accepted: { ok: true, session: fromStored(stored) },
  touchedMs: stored.lastSeenMs,
  hintsTold: '',
});

/** The stored session, but never less lately seen than this process has seen it. */
export const later = (stored: Session, known: Session): Session =>
  stored.lastSeenMs >= known.lastSeenMs
    ? stored
    : { ...stored, lastSeenMs: known.lastSeenMs, idleExpiresMs: known.idleExpiresMs };

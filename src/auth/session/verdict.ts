import type { AuthContext, AuthListener } from '../event.ts';
import type { SessionStorage } from '../storage/port.ts';
import type { AuthMethod, Session } from './session.ts';

/** Settings of {@link Sessions}. */
export interface SessionOptions {
  readonly storage: SessionStorage;
  /** End when unused, in milliseconds. Default one hour (NIST SP 800-63B-4, AAL2). */
  readonly idleMs?: number;
  /** End in any case, in milliseconds. Default 24 hours (the same). */
  readonly absoluteMs?: number;
  /** Most sessions of one user; the longest unused one makes room. Default 50. */
  readonly maxPerUser?: number;
  /** How long another process may take to notice a revocation, in milliseconds. Default 5,000. */
  readonly revalidateMs?: number;
  /** How often "last seen" is written to the storage, in milliseconds: at least four times in `idleMs`. Default 60,000. */
  readonly touchEveryMs?: number;
  /** Sessions kept in memory. Default 100,000, some 125 MB. */
  readonly maxLive?: number;
  /** What a change of network or browser does: tell in an event (default), or refuse. */
  readonly binding?: 'report' | 'refuse';
  readonly listener?: AuthListener;
  /** Takes failures of writes that nobody waits for. */
  readonly onError?: (error: unknown) => void;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** A session as it is asked for. */
export interface NewSession {
  readonly userId: string;
  readonly methods?: readonly AuthMethod[];
  readonly roles?: readonly string[];
  readonly scopes?: readonly string[];
  readonly context?: AuthContext;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What a rotation changes; the rest stays. */
export type SessionChange = Partial<Pick<NewSession, 'methods' | 'roles' | 'scopes' | 'context' | 'data'>> & {
  /** The person has just proved who they are. */
  readonly reauthenticated?: boolean;
};

/** A new session and its token, which is told only here. */
export interface IssuedSession {
  /** The secret, to be sent to the client once and kept nowhere. */
  readonly token: string;
  readonly session: Session;
}

/** Why a session does not hold. */
export type SessionRefusal = 'malformed' | 'unknown' | 'expired' | 'binding';
/** Whether a session holds, or why not. */
export type SessionCheck =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly reason: SessionRefusal };

/** One answer for each reason, so that a refusal allocates nothing. */
export const refusals = {
  malformed: Object.freeze({ ok: false, reason: 'malformed' }),
  unknown: Object.freeze({ ok: false, reason: 'unknown' }),
  expired: Object.freeze({ ok: false, reason: 'expired' }),
  binding: Object.freeze({ ok: false, reason: 'binding' }),
} as const satisfies Record<SessionRefusal, SessionCheck>;

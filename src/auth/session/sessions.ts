import { activeBackend } from '../../backend/select.ts';
import { randomToken } from '../../crypto/random/text.ts';
import { name, names, spanMs, wholeNumber } from '../arguments.ts';
import { Background } from '../background.ts';
import { digestOf, hashText } from '../digest.ts';
import { type AuthAction, type AuthContext, type AuthListener, emit } from '../event.ts';
import { LiveCredentials } from '../live-credentials.ts';
import type { StoredSession } from '../storage/port.ts';
import { type BindingHint, bindingChanges } from './binding.ts';
import { type LiveSession, later, liveSession } from './live-session.ts';
import { fromStored, type Session, toStored } from './session.ts';
import {
  type IssuedSession,
  type NewSession,
  refusals,
  type SessionChange,
  type SessionCheck,
  type SessionOptions,
} from './verdict.ts';

const idChars = 22;
const tokenChars = 65;
const tokenShape = /^[\w-]{65}$/;

/**
 * Sessions by opaque token: 128 bits of public id, then 256 bits of secret, base64url. The storage and
 * this process keep the token's SHA-256 alone.
 */
export class Sessions {
  readonly #options: Required<Omit<SessionOptions, 'listener' | 'onError'>>;
  readonly #touchEveryMs: number;
  readonly #listener: AuthListener | undefined;
  readonly #live: LiveCredentials<LiveSession>;
  readonly #background: Background;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option out of range. */
  constructor(options: SessionOptions) {
    const { listener, onError, ...rest } = options;
    this.#options = {
      idleMs: 3_600_000,
      absoluteMs: 86_400_000,
      maxPerUser: 50,
      revalidateMs: 5_000,
      touchEveryMs: 60_000,
      maxLive: 100_000,
      binding: 'report',
      now: Date.now,
      ...rest,
    };
    const { idleMs, absoluteMs, revalidateMs, touchEveryMs, maxPerUser, maxLive } = this.#options;
    for (const [key, value] of Object.entries({ idleMs, absoluteMs, revalidateMs, touchEveryMs }))
      spanMs(key, value);
    wholeNumber('maxPerUser', maxPerUser, 1, 1_000);
    wholeNumber('maxLive', maxLive, 1, 10_000_000);
    // The storage must hear of a use well before it takes the session for idle.
    this.#touchEveryMs = Math.min(touchEveryMs, idleMs / 4);
    this.#listener = listener;
    this.#live = new LiveCredentials(maxLive);
    this.#background = new Background(onError);
  }

  /** Starts a session, after whoever asks for it has been authenticated. */
  async create(wanted: NewSession): Promise<IssuedSession> {
    const nowMs = this.#options.now();
    const { idleMs, absoluteMs } = this.#options;
    const session: Session = {
      id: randomToken(16),
      userId: name('userId', wanted.userId),
      createdMs: nowMs,
      lastSeenMs: nowMs,
      idleExpiresMs: Math.min(nowMs + idleMs, nowMs + absoluteMs),
      expiresMs: nowMs + absoluteMs,
      authTimeMs: nowMs,
      methods: names('methods', wanted.methods ?? []),
      roles: names('roles', wanted.roles ?? []),
      scopes: names('scopes', wanted.scopes ?? []),
      device: bounded(wanted.context ?? {}),
      data: wanted.data ?? {},
    };
    await this.#makeRoom(session.userId, nowMs);
    const token = session.id + randomToken(32);
    const stored = toStored(session, hashText(digestOf(token)));
    await this.#options.storage.add(stored);
    this.#live.put(liveSession(stored, nowMs));
    this.#tell('session_created', session, wanted.context);
    return { token, session };
  }

  /**
   * Checks a token. Answers at once where the session is in memory and the storage vouched for it within
   * `revalidateMs`, and with a promise where the storage has to be asked; `await` serves both.
   */
  check(token: string, context?: AuthContext): SessionCheck | Promise<SessionCheck> {
    if (typeof token !== 'string' || token.length !== tokenChars) return refusals.malformed;
    const entry = this.#live.get(token.slice(0, idChars));
    const nowMs = this.#options.now();
    if (entry === undefined) return this.#load(token, nowMs, context);
    if (!activeBackend().auth.tokenMatches(token, entry.digest)) return this.#load(token, nowMs, context);
    const { session } = entry.accepted;
    if (nowMs >= session.idleExpiresMs || nowMs >= session.expiresMs) {
      this.#live.drop(entry.id);
      return refusals.expired;
    }
    if (nowMs - entry.loadedMs >= this.#options.revalidateMs) return this.#revalidate(entry, context);
    return this.#accept(entry, nowMs, context);
  }

  /**
   * Puts a new token in place of the old one, which is void from then on; the id stays. For each change of
   * privilege: after a login step, a step-up, a change of role. `undefined` where the token is not valid.
   */
  async rotate(token: string, change: SessionChange = {}): Promise<IssuedSession | undefined> {
    const checked = await this.check(token);
    if (!checked.ok) return undefined;
    const nowMs = this.#options.now();
    const old = checked.session;
    const session: Session = {
      ...old,
      lastSeenMs: nowMs,
      idleExpiresMs: Math.min(nowMs + this.#options.idleMs, old.expiresMs),
      authTimeMs: change.reauthenticated ? nowMs : old.authTimeMs,
      methods: change.methods ? names('methods', change.methods) : old.methods,
      roles: change.roles ? names('roles', change.roles) : old.roles,
      scopes: change.scopes ? names('scopes', change.scopes) : old.scopes,
      device: change.context ? bounded(change.context) : old.device,
      data: change.data ?? old.data,
    };
    const next = old.id + randomToken(32);
    const stored = toStored(session, hashText(digestOf(next)));
    this.#live.drop(old.id);
    if (!(await this.#options.storage.rotate(hashText(digestOf(token)), stored))) return undefined;
    this.#live.put(liveSession(stored, nowMs));
    this.#tell('session_rotated', session, change.context);
    return { token: next, session };
  }

  /** Ends the session of a token (logout). `false` where there is none. */
  async revoke(token: string): Promise<boolean> {
    if (typeof token !== 'string' || !tokenShape.test(token)) return false;
    const hash = hashText(digestOf(token));
    const entry = this.#dropToken(hash, token);
    const gone = await this.#options.storage.remove(hash);
    this.#dropToken(hash, token);
    if (gone) {
      const about = { session_id: token.slice(0, idChars) };
      emit(this.#listener, this.#options.now(), 'session_revoked', { userId: entry?.owner, about });
    }
    return gone;
  }

  /** Ends one session of a user by its public id, as a device list does. */
  async revokeById(userId: string, id: string): Promise<boolean> {
    this.#dropOf(userId, id);
    const gone = await this.#options.storage.removeById(userId, id);
    this.#dropOf(userId, id);
    if (gone)
      emit(this.#listener, this.#options.now(), 'session_revoked', { userId, about: { session_id: id } });
    return gone;
  }

  /** Ends all sessions of a user, but for that of `exceptToken`; tells how many. */
  async revokeAll(userId: string, exceptToken?: string): Promise<number> {
    const keep = exceptToken !== undefined && tokenShape.test(exceptToken) ? exceptToken : undefined;
    this.#live.dropOfOwner(userId, keep?.slice(0, idChars));
    const count = await this.#options.storage.removeOfUser(userId, keep && hashText(digestOf(keep)));
    this.#live.dropOfOwner(userId, keep?.slice(0, idChars));
    if (count > 0) emit(this.#listener, this.#options.now(), 'session_revoked', { userId, about: { count } });
    return count;
  }

  /** The user's live sessions, last seen first: the device list. */
  async list(userId: string): Promise<Session[]> {
    return (await this.#options.storage.listOfUser(userId, this.#options.now())).map(fromStored);
  }

  /** Waits for the writes that nobody waited for; for shutdown. */
  settled(): Promise<void> {
    return this.#background.settled();
  }

  /**
   * Takes a revoked token out of memory. Done before the storage is told and again after, since a look at
   * the storage may have been under way.
   */
  #dropToken(hash: string, token: string): LiveSession | undefined {
    this.#live.revise();
    const entry = this.#live.get(token.slice(0, idChars));
    if (entry?.tokenHash !== hash) return undefined;
    this.#live.drop(entry.id);
    return entry;
  }

  #dropOf(userId: string, id: string): void {
    this.#live.revise();
    if (this.#live.get(id)?.owner === userId) this.#live.drop(id);
  }

  async #load(token: string, nowMs: number, context?: AuthContext): Promise<SessionCheck> {
    if (!tokenShape.test(token)) return refusals.malformed;
    const { revisions } = this.#live;
    const stored = await this.#options.storage.get(hashText(digestOf(token)), nowMs);
    if (!stored) {
      emit(this.#listener, nowMs, 'session_rejected', { reason: 'unknown', context });
      return refusals.unknown;
    }
    const entry = liveSession(stored, nowMs);
    if (revisions === this.#live.revisions) this.#live.put(entry);
    return this.#accept(entry, nowMs, context);
  }

  async #revalidate(entry: LiveSession, context?: AuthContext): Promise<SessionCheck> {
    const { storage, now } = this.#options;
    entry.loading ??= storage.get(entry.tokenHash, now()).finally(() => {
      entry.loading = undefined;
    });
    const stored = (await entry.loading) as StoredSession | undefined;
    if (!stored) {
      if (this.#live.get(entry.id) === entry) this.#live.drop(entry.id);
      emit(this.#listener, now(), 'session_rejected', { reason: 'unknown', userId: entry.owner, context });
      return refusals.unknown;
    }
    const current = this.#live.get(entry.id);
    // Dropped or replaced meanwhile: by a rotation, a revocation, or for want of room.
    if (current !== entry) {
      return current?.tokenHash === entry.tokenHash
        ? this.#accept(current, now(), context)
        : this.#again(stored, context);
    }
    entry.loadedMs = now();
    Object.assign(entry.accepted.session, later(fromStored(stored), entry.accepted.session));
    return this.#accept(entry, now(), context);
  }

  async #again({ tokenHash }: StoredSession, context?: AuthContext): Promise<SessionCheck> {
    const nowMs = this.#options.now();
    const stored = await this.#options.storage.get(tokenHash, nowMs);
    return stored ? this.#accept(liveSession(stored, nowMs), nowMs, context) : refusals.unknown;
  }

  #accept(entry: LiveSession, nowMs: number, context?: AuthContext): SessionCheck {
    const { session } = entry.accepted;
    if (context !== undefined) {
      const hints = bindingChanges(session.device, context);
      if (hints.length > 0 && !this.#allowMoved(entry, hints, nowMs, context)) return refusals.binding;
    }
    if (nowMs > session.lastSeenMs) {
      session.lastSeenMs = nowMs;
      session.idleExpiresMs = Math.min(nowMs + this.#options.idleMs, session.expiresMs);
      if (nowMs - entry.touchedMs >= this.#touchEveryMs) {
        entry.touchedMs = nowMs;
        this.#background.run(this.#options.storage.touch(entry.tokenHash, nowMs, session.idleExpiresMs));
      }
    }
    return entry.accepted;
  }

  #allowMoved(
    entry: LiveSession,
    hints: readonly BindingHint[],
    nowMs: number,
    context: AuthContext,
  ): boolean {
    const told = `${hints.join()} ${context.address ?? ''}`;
    if (entry.hintsTold !== told) {
      // Once for each new place, not once for each request.
      entry.hintsTold = told;
      const about = { session_id: entry.id };
      const userId = entry.owner;
      emit(this.#listener, nowMs, 'session_binding_changed', {
        reason: hints.join(),
        userId,
        context,
        about,
      });
    }
    return this.#options.binding === 'report';
  }

  async #makeRoom(userId: string, nowMs: number): Promise<void> {
    const { storage, maxPerUser } = this.#options;
    const stored = await storage.listOfUser(userId, nowMs);
    if (stored.length < maxPerUser) return;
    // What is in memory knows of uses that the storage will hear of later.
    const seenMs = ({ id, lastSeenMs }: StoredSession) =>
      Math.max(lastSeenMs, this.#live.get(id)?.accepted.session.lastSeenMs ?? 0);
    const byUse = stored.sort((a, b) => seenMs(b) - seenMs(a));
    for (const { id } of byUse.slice(maxPerUser - 1)) {
      this.#live.drop(id);
      await storage.removeById(userId, id);
      emit(this.#listener, nowMs, 'session_revoked', {
        reason: 'too_many',
        userId,
        about: { session_id: id },
      });
    }
  }

  #tell(action: AuthAction, { id, userId }: Session, context: AuthContext | undefined): void {
    emit(this.#listener, this.#options.now(), action, { userId, context, about: { session_id: id } });
  }
}

const bounded = ({ address, userAgent }: AuthContext): AuthContext => ({
  ...(address === undefined ? {} : { address: address.slice(0, 64) }),
  ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, 512) }),
});

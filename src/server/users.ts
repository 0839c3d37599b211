import {
  type AuthContext,
  type AuthListener,
  type AuthStorage,
  CsrfTokens,
  type IssuedSession,
  LoginGuard,
  OneTimeTokens,
  type PasswordChange,
  Passwords,
  type Session,
  Sessions,
} from '../auth/index.ts';
import { accountName } from '../auth/password/passwords.ts';
import { PasswordHasher, type PasswordQueue } from '../crypto/index.ts';
import type { Scope } from './scopes.ts';
import { type CookieRequest, tokenOf } from './session-cookie.ts';

/** What a person may do: everything that the page offers, or look alone. */
export const personScopes: Readonly<Record<'full' | 'readOnly', readonly Scope[]>> = {
  full: ['read', 'write', 'metrics'],
  readOnly: ['read', 'metrics'],
};

export type SignIn =
  | { readonly ok: true; readonly issued: IssuedSession }
  | { readonly ok: false; readonly reason: 'credentials' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterMs: number };

const collection = 'server.user';
/** Whoever comes by a link that this process printed. */
const linkUser = 'local';

export interface UsersOptions {
  /** Told of writes in the background that failed. */
  readonly onError?: (error: unknown) => void;
  /** Told of every sign-in and of what the guard decides. */
  readonly listener?: AuthListener;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Default: argon2id at OWASP's parameters. */
  readonly hasher?: PasswordHasher;
}

/**
 * People who look at the page: passwords, one-time links, sessions by cookie. Failed sign-ins are counted in the
 * storage, so that neither a restart nor another process on the same database gives new tries.
 */
export class Users {
  readonly #storage: AuthStorage;
  readonly #sessions: Sessions;
  readonly #links: OneTimeTokens;
  readonly #options: UsersOptions;
  readonly #hasher: PasswordHasher;
  #passwords: Passwords | undefined;

  /** Accounts are those in `storage`. */
  constructor(storage: AuthStorage, options: UsersOptions = {}) {
    this.#storage = storage;
    this.#options = options;
    this.#hasher = options.hasher ?? new PasswordHasher();
    this.#sessions = new Sessions({ storage: storage.sessions, maxLive: 1_000, ...options });
    this.#links = new OneTimeTokens({ storage: storage.records, purpose: 'sign_in' });
  }

  /** Passwords that are being hashed, and those that wait. */
  get hashing(): PasswordQueue {
    return this.#hasher.queue;
  }

  /** Makes an account. Whatever spelling of its name is used, it is one account, with one id. */
  async add(name: string, password: string, access: keyof typeof personScopes): Promise<PasswordChange> {
    const userId = accountName(name);
    const made = await this.#ofPasswords().enrol(name, userId, password);
    if (made.ok) await this.#setScopes(userId, access);
    return made;
  }

  /** Sets another password and other rights, and ends the sessions that the account has. */
  async reset(name: string, password: string, access: keyof typeof personScopes): Promise<PasswordChange> {
    const changed = await this.#ofPasswords().reset(name, password);
    if (!changed.ok) return changed;
    const userId = accountName(name);
    await this.#setScopes(userId, access);
    await this.#sessions.revokeAll(userId);
    return changed;
  }

  /** Removes an account and ends its sessions; `false` where there is none. */
  async remove(name: string): Promise<boolean> {
    const gone = await this.#ofPasswords().remove(name);
    const userId = accountName(name);
    await this.#storage.records.remove(collection, userId);
    await this.#sessions.revokeAll(userId);
    return gone;
  }

  /** A token that signs in once within ten minutes, with all rights: for whoever started the service. */
  link(): Promise<string> {
    return this.#links.issue(linkUser);
  }

  /**
   * Checks name and password and begins a session; takes as long for an unknown name as for a wrong password.
   */
  async signIn(name: string, password: string, context: AuthContext): Promise<SignIn> {
    const checked = await this.#ofPasswords().login(name, password, context);
    if (!checked.ok) return checked;
    const userId = accountName(checked.userId);
    return this.#begin(userId, await this.#scopesOf(userId), 'pwd', context);
  }

  /** Begins a session for a token of {@link link}, which is then used up. */
  async redeem(token: string, context: AuthContext): Promise<SignIn> {
    const userId = await this.#links.redeem(token);
    if (userId === undefined) return { ok: false, reason: 'credentials' };
    return this.#begin(userId, personScopes.full, 'link', context);
  }

  /** The session of a request's cookie; `undefined` where there is none that holds. */
  async sessionOf(request: CookieRequest, context?: AuthContext): Promise<Session | undefined> {
    const token = tokenOf(request);
    const checked = token === undefined ? undefined : await this.#sessions.check(token, context);
    return checked?.ok ? checked.session : undefined;
  }

  /** The token that a write must carry, of a session that was begun or that a request's cookie tells. */
  csrfToken(session: Session, token: string): string {
    return csrfOf(token).issue(session.id);
  }

  /** Whether a write carries the token of its session. */
  isOwnWrite(request: CookieRequest, session: Session, given: unknown): boolean {
    const token = tokenOf(request);
    return token !== undefined && csrfOf(token).verify(session.id, given);
  }

  /** Ends the session of a request, if it has one. */
  async signOut(request: CookieRequest): Promise<void> {
    const token = tokenOf(request);
    if (token !== undefined) await this.#sessions.revoke(token);
  }

  /** Waits for the writes in the background. */
  async settled(): Promise<void> {
    await this.#sessions.settled();
    await this.#passwords?.settled();
  }

  // Hashing is set up when somebody first signs in: most of the time nobody does.
  #ofPasswords(): Passwords {
    this.#passwords ??= new Passwords({
      storage: this.#storage.records,
      guard: new LoginGuard({ storage: this.#storage.records, ...this.#options }),
      ...this.#options,
      hasher: this.#hasher,
    });
    return this.#passwords;
  }

  async #begin(userId: string, scopes: readonly string[], method: string, context: AuthContext) {
    const issued = await this.#sessions.create({ userId, scopes, methods: [method], context });
    return { ok: true, issued } as const;
  }

  async #scopesOf(userId: string): Promise<readonly string[]> {
    const record = await this.#storage.records.get<{ scopes: string[] }>(collection, userId, Date.now());
    return record?.value.scopes ?? personScopes.readOnly;
  }

  async #setScopes(userId: string, access: keyof typeof personScopes): Promise<void> {
    await this.#storage.records.put(
      collection,
      userId,
      { scopes: personScopes[access] },
      { nowMs: Date.now() },
    );
  }
}

/**
 * Keyed by the session's own token, which no other site can read: each process that shares the accounts agrees, also
 * after a restart, and there is no secret to keep.
 */
const csrfOf = (token: string) => new CsrfTokens(Buffer.from(token));

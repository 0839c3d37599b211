import { PasswordHasher } from '../../crypto/index.ts';
import { randomToken } from '../../crypto/random/text.ts';
import { invalidArgument } from '../../errors.ts';
import { name } from '../arguments.ts';
import { Background } from '../background.ts';
import { type AuthContext, type AuthListener, emit } from '../event.ts';
import type { LoginGuard, LoginLocation } from '../guard/guard.ts';
import type { RecordStorage } from '../storage/port.ts';
import { normalised, PasswordPolicy, type PasswordRefusal } from './policy.ts';

/** Hashes passwords off this thread: `PasswordHasher` of `wolfsec/crypto`, or one of the caller's. */
export interface PasswordHashing {
  /**
   * Hashes in a slow way with a salt of its own, as text that tells how.
   *
   * @throws {WolfsecError} `WOLFSEC_QUEUE_FULL` where too many wait.
   */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one that `stored` was made of.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_PASSWORD_HASH` for what `hash` did not make;
   * `WOLFSEC_QUEUE_FULL`.
   */
  verify(stored: string, password: string): Promise<boolean>;
  /** Whether `stored` was made in another way than `hash` would today. */
  needsRehash(stored: string): boolean;
}

/** Settings of {@link Passwords}. */
export interface PasswordOptions {
  readonly storage: RecordStorage;
  /** Default: argon2id at OWASP's parameters, in a queue of its own. */
  readonly hasher?: PasswordHashing;
  readonly policy?: PasswordPolicy;
  /** Limits guessing. Without one nothing does. */
  readonly guard?: LoginGuard;
  readonly listener?: AuthListener;
  /** Takes failures of upgrades, which nobody waits for. */
  readonly onError?: (error: unknown) => void;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export interface LoginContext extends AuthContext {
  /** What {@link LoginGuard.rememberDevice} gave this browser at an earlier login. */
  readonly deviceToken?: string | undefined;
  /** Where the address is, if the caller knows. */
  readonly location?: LoginLocation | undefined;
}

/** Whether a login holds, whose it is, or why not. */
export type LoginCheck =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly reason: 'credentials' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterMs: number };

/** Whether a password was set, or what is wrong with it. */
export type PasswordChange =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: PasswordRefusal | 'taken' | 'unknown' };

interface Account {
  readonly userId: string;
  readonly hash: string;
  readonly changedMs: number;
}

const collection = 'auth.password';

/** Passwords by login name. */
export class Passwords {
  readonly #options: PasswordOptions;
  readonly #hasher: PasswordHashing;
  readonly #policy: PasswordPolicy;
  readonly #now: () => number;
  readonly #background: Background;
  #decoy: Promise<string> | undefined;

  /** Accounts are those in `storage`; nothing is read or hashed yet. */
  constructor(options: PasswordOptions) {
    this.#options = options;
    this.#hasher = options.hasher ?? new PasswordHasher();
    this.#policy = options.policy ?? new PasswordPolicy();
    this.#now = options.now ?? Date.now;
    this.#background = new Background(options.onError);
  }

  /** Sets the first password of an account. */
  async enrol(userName: string, userId: string, password: string): Promise<PasswordChange> {
    const key = accountName(userName);
    name('userId', userId);
    const refusal = await this.#policy.judge(password, [key, userId]);
    if (refusal) return { ok: false, reason: refusal };
    const account = await this.#account(userId, password);
    const version = await this.#options.storage.put(collection, key, account, {
      nowMs: this.#now(),
      ifVersion: 0,
    });
    if (version === undefined) return { ok: false, reason: 'taken' };
    this.#tell('password_enrolled', key, userId);
    return { ok: true };
  }

  /**
   * Checks a login. An unknown name costs what a wrong password costs and gives the same answer, and so
   * does a name that is locked, known or not. Never throws on what was typed.
   */
  async login(userName: string, password: string, context: LoginContext = {}): Promise<LoginCheck> {
    const key = accountKey(userName);
    if (key === undefined || typeof password !== 'string' || !password.isWellFormed()) return refused;
    const admission = await this.#options.guard?.admit(key, context);
    if (admission && !admission.ok) {
      emit(this.#options.listener, this.#now(), 'login_throttled', {
        reason: admission.reason,
        userName: key,
        context,
      });
      return { ok: false, reason: 'throttled', retryAfterMs: admission.retryAfterMs };
    }
    let verified: Account | undefined;
    try {
      verified = await this.#verify(key, password);
    } catch (error) {
      // A busy hasher is nobody's failed attempt.
      await admission?.cancel();
      throw error;
    }
    if (!verified) {
      await admission?.failed();
      emit(this.#options.listener, this.#now(), 'login_failed', {
        reason: 'credentials',
        userName: key,
        context,
      });
      return refused;
    }
    await admission?.succeeded(verified.userId);
    emit(this.#options.listener, this.#now(), 'login_succeeded', {
      userName: key,
      userId: verified.userId,
      context,
    });
    return { ok: true, userId: verified.userId };
  }

  /** Changes a password, for someone who knows the present one. */
  async change(
    userName: string,
    current: string,
    next: string,
    context: LoginContext = {},
  ): Promise<PasswordChange | LoginCheck> {
    const checked = await this.login(userName, current, context);
    return checked.ok ? this.reset(userName, next) : checked;
  }

  /**
   * Sets a password without the present one, after the caller has made sure of the person by other means.
   * End the user's sessions and refresh tokens with it.
   */
  async reset(userName: string, next: string): Promise<PasswordChange> {
    const key = accountName(userName);
    const nowMs = this.#now();
    const known = await this.#options.storage.get<Account>(collection, key, nowMs);
    if (!known) return { ok: false, reason: 'unknown' };
    const { userId } = known.value;
    const refusal = await this.#policy.judge(next, [key, userId]);
    if (refusal) return { ok: false, reason: refusal };
    await this.#options.storage.put(collection, key, await this.#account(userId, next), { nowMs });
    await this.#options.guard?.release(key);
    this.#tell('password_changed', key, userId);
    return { ok: true };
  }

  /** Forgets an account's password. */
  async remove(userName: string): Promise<boolean> {
    return this.#options.storage.remove(collection, accountName(userName));
  }

  /** Waits for upgrades that are under way; for shutdown. */
  settled(): Promise<void> {
    return this.#background.settled();
  }

  async #verify(key: string, password: string): Promise<Account | undefined> {
    const { storage } = this.#options;
    // Made before anybody asks, so that the first unknown name is no slower than the next.
    const decoy = await this.#decoyAccount();
    const known = await storage.get<Account>(collection, key, this.#now());
    const text = normalised(password);
    const hashable = text !== '' && [...text].length <= this.#policy.maxChars;
    // Reading what a storage holds takes a microsecond or two, and so does this.
    const { hash } = known?.value ?? (JSON.parse(decoy) as Account);
    const holds = await this.#hasher.verify(hash, hashable ? text : '\u{fffd}');
    if (!known || !holds || !hashable) return undefined;
    if (this.#hasher.needsRehash(known.value.hash)) this.#background.run(this.#upgrade(key, known, text));
    return known.value;
  }

  /** Hashes anew what was hashed in an older way, unless the password has been changed meanwhile. */
  async #upgrade(key: string, known: { value: Account; version: number }, text: string): Promise<void> {
    const hash = await this.#hasher.hash(text);
    const options = { nowMs: this.#now(), ifVersion: known.version };
    const done = await this.#options.storage.put(collection, key, { ...known.value, hash }, options);
    if (done !== undefined) this.#tell('password_upgraded', key, known.value.userId);
  }

  /** An account that nobody has, as a storage would hold it. */
  #decoyAccount(): Promise<string> {
    this.#decoy ??= this.#account(randomToken(16), randomToken(32)).then(
      (account) => JSON.stringify(account),
      (error) => {
        this.#decoy = undefined;
        throw error;
      },
    );
    return this.#decoy;
  }

  async #account(userId: string, password: string): Promise<Account> {
    const hash = await this.#hasher.hash(normalised(password));
    return { userId, hash, changedMs: this.#now() };
  }

  #tell(
    action: 'password_enrolled' | 'password_changed' | 'password_upgraded',
    userName: string,
    userId: string,
  ): void {
    emit(this.#options.listener, this.#now(), action, { userName, userId });
  }
}

const refused: LoginCheck = Object.freeze({ ok: false, reason: 'credentials' });

const isAccountName = (userName: unknown): userName is string =>
  typeof userName === 'string' &&
  userName.length > 0 &&
  userName.length <= 320 &&
  !/\p{Cc}/u.test(userName) &&
  userName.isWellFormed();

/** One spelling of a login name: NFKC, lower case, no space around it; `undefined` for what is none. */
function accountKey(userName: unknown): string | undefined {
  const key = isAccountName(userName) ? userName.normalize('NFKC').trim().toLowerCase() : '';
  return key === '' ? undefined : key;
}

/** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for what is no login name. */
export function accountName(userName: string): string {
  const key = accountKey(userName);
  if (key === undefined)
    throw invalidArgument('userName', 'a string of 1 to 320 characters without control characters');
  return key;
}

import { randomToken } from '../../crypto/random/text.ts';
import { name, names, spanMs } from '../arguments.ts';
import { digestOf, hashText } from '../digest.ts';
import { type AuthContext, type AuthListener, emit } from '../event.ts';
import type { RecordStorage, StoredRecord } from '../storage/port.ts';

/** Settings of {@link RefreshTokens}. */
export interface RefreshOptions {
  readonly storage: RecordStorage;
  /** End of a token that is not used, in milliseconds. Default 14 days. */
  readonly idleMs?: number;
  /** End of the family, however often it is refreshed, in milliseconds. Default 90 days. */
  readonly absoluteMs?: number;
  /**
   * For so long the token just replaced may be replaced once more, in milliseconds: for clients that lost
   * the answer. Default 0: every second use is reuse.
   */
  readonly leewayMs?: number;
  readonly listener?: AuthListener;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** What a family of refresh tokens stands for. */
export interface RefreshGrant {
  readonly familyId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

/** Whether a refresh token holds and what replaces it, or why not. */
export type RefreshCheck =
  | { readonly ok: true; readonly token: string; readonly grant: RefreshGrant }
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown' | 'reused' };

/** A family: one login and all the tokens that came of it. */
interface Family {
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly current: string;
  /** Hashes of tokens that were replaced, latest last. */
  readonly replaced: readonly string[];
  readonly replacedMs: number;
  readonly endMs: number;
}

const collection = 'auth.refresh';
const familyChars = 22;
const tokenShape = /^[\w-]{65}$/;
/** Replaced tokens that are remembered; an older one is unknown, not reused. */
const remembered = 64;
const attempts = 4;

/**
 * Refresh tokens that serve once. Each use gives the next token of the family; a second use means that
 * two hold it, one of them a thief, so that the whole family ends (RFC 9700 section 4.14.2).
 */
export class RefreshTokens {
  readonly #options: Required<Omit<RefreshOptions, 'listener'>>;
  readonly #listener: AuthListener | undefined;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option out of range. */
  constructor({ listener, ...rest }: RefreshOptions) {
    this.#options = {
      idleMs: 14 * 86_400_000,
      absoluteMs: 90 * 86_400_000,
      leewayMs: 0,
      now: Date.now,
      ...rest,
    };
    spanMs('idleMs', this.#options.idleMs);
    spanMs('absoluteMs', this.#options.absoluteMs);
    if (this.#options.leewayMs !== 0) spanMs('leewayMs', this.#options.leewayMs);
    this.#listener = listener;
  }

  /** Starts a family, after a login. */
  async issue(wanted: {
    readonly userId: string;
    readonly scopes?: readonly string[];
    readonly data?: Readonly<Record<string, unknown>>;
  }): Promise<{ readonly token: string; readonly grant: RefreshGrant }> {
    const nowMs = this.#options.now();
    const familyId = randomToken(16);
    const token = familyId + randomToken(32);
    const family: Family = {
      userId: name('userId', wanted.userId),
      scopes: names('scopes', wanted.scopes ?? []),
      data: wanted.data ?? {},
      current: hashText(digestOf(token)),
      replaced: [],
      replacedMs: nowMs,
      endMs: nowMs + this.#options.absoluteMs,
    };
    await this.#put(familyId, family, nowMs, 0);
    await this.#options.storage.put(
      ofUser,
      `${family.userId}\n${familyId}`,
      {},
      { nowMs, expiresMs: family.endMs },
    );
    return { token, grant: grantOf(familyId, family) };
  }

  /** Takes a token and gives the next one; a replaced token ends its family. */
  async refresh(token: string, context?: AuthContext): Promise<RefreshCheck> {
    if (typeof token !== 'string' || !tokenShape.test(token)) return { ok: false, reason: 'malformed' };
    const familyId = token.slice(0, familyChars);
    const hash = hashText(digestOf(token));
    // Each turn that loses the race sees what the winner wrote.
    for (let turn = 0; turn < attempts; turn++) {
      const nowMs = this.#options.now();
      const record = await this.#options.storage.get<Family>(collection, familyId, nowMs);
      if (!record) return { ok: false, reason: 'unknown' };
      const verdict = this.#judge(record, hash, nowMs);
      if (verdict === 'unknown') return { ok: false, reason: 'unknown' };
      if (verdict === 'reused') return this.#end(familyId, record.value, context);
      const next = familyId + randomToken(32);
      const family = replaced(record.value, hashText(digestOf(next)), nowMs);
      if (await this.#put(familyId, family, nowMs, record.version)) {
        emit(this.#listener, nowMs, 'token_refreshed', {
          userId: family.userId,
          context,
          about: { family_id: familyId },
        });
        return { ok: true, token: next, grant: grantOf(familyId, family) };
      }
    }
    return { ok: false, reason: 'unknown' };
  }

  /** Ends the family of a token (logout). `false` where the token is not its current one. */
  async revoke(token: string): Promise<boolean> {
    if (typeof token !== 'string' || !tokenShape.test(token)) return false;
    const familyId = token.slice(0, familyChars);
    const record = await this.#options.storage.get<Family>(collection, familyId, this.#options.now());
    if (record?.value.current !== hashText(digestOf(token))) return false;
    return this.#remove(familyId, record.value.userId);
  }

  /** Ends all families of a user; tells how many. */
  async revokeAll(userId: string): Promise<number> {
    let count = 0;
    for (;;) {
      const nowMs = this.#options.now();
      const page = await this.#options.storage.list(ofUser, { nowMs, prefix: `${userId}\n` });
      for (const { key } of page) {
        if (await this.#remove(key.slice(userId.length + 1), userId)) count++;
      }
      if (page.length === 0) return count;
    }
  }

  #judge({ value }: StoredRecord<Family>, hash: string, nowMs: number): 'current' | 'reused' | 'unknown' {
    if (value.current === hash) return 'current';
    if (!value.replaced.includes(hash)) return 'unknown';
    const justNow = value.replaced.at(-1) === hash && nowMs - value.replacedMs < this.#options.leewayMs;
    return justNow ? 'current' : 'reused';
  }

  async #end(familyId: string, { userId }: Family, context: AuthContext | undefined): Promise<RefreshCheck> {
    await this.#remove(familyId, userId);
    emit(this.#listener, this.#options.now(), 'token_reuse', {
      userId,
      context,
      about: { family_id: familyId },
    });
    return { ok: false, reason: 'reused' };
  }

  async #remove(familyId: string, userId: string): Promise<boolean> {
    const gone = await this.#options.storage.remove(collection, familyId);
    await this.#options.storage.remove(ofUser, `${userId}\n${familyId}`);
    return gone;
  }

  async #put(familyId: string, family: Family, nowMs: number, ifVersion: number): Promise<boolean> {
    const expiresMs = Math.min(nowMs + this.#options.idleMs, family.endMs);
    return (
      (await this.#options.storage.put(collection, familyId, family, { nowMs, expiresMs, ifVersion })) !==
      undefined
    );
  }
}

/** Families by user, for ending them all. */
const ofUser = 'auth.refresh_of_user';

const grantOf = (familyId: string, { userId, scopes, data }: Family): RefreshGrant => ({
  familyId,
  userId,
  scopes,
  data,
});

const replaced = (family: Family, current: string, nowMs: number): Family => ({
  ...family,
  current,
  replaced: [...family.replaced, family.current].slice(-remembered),
  replacedMs: nowMs,
});

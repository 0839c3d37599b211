import { activeBackend } from '../../backend/select.ts';
import { invalidArgument } from '../../errors.ts';
import { name, names, spanMs, wholeNumber } from '../arguments.ts';
import { Background } from '../background.ts';
import { digestOf, hashText } from '../digest.ts';
import { type AuthContext, type AuthListener, emit } from '../event.ts';
import { LiveCredentials, type LiveEntry } from '../live-credentials.ts';
import type { ApiKeyStorage, StoredApiKey } from '../storage/port.ts';
import { isWellFormedKey, keyBodyChars, keyIdChars, keyPrefix, makeKey } from './format.ts';

/** Settings of {@link ApiKeys}. */
export interface ApiKeyOptions {
  readonly storage: ApiKeyStorage;
  /** What the keys begin with, e.g. `acme_live`. Default `wsk`. */
  readonly prefix?: string;
  /** How long another process may take to notice a revocation, in milliseconds. Default 5,000. */
  readonly revalidateMs?: number;
  /** How often "last used" is written to the storage, in milliseconds. Default 60,000. */
  readonly touchEveryMs?: number;
  /** Keys kept in memory. Default 100,000. */
  readonly maxLive?: number;
  readonly listener?: AuthListener;
  /** Takes failures of writes that nobody waits for. */
  readonly onError?: (error: unknown) => void;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** An API key as it is asked for. */
export interface NewApiKey {
  readonly ownerId: string;
  /** What the owner calls it. */
  readonly name: string;
  readonly scopes?: readonly string[];
  /** End, in milliseconds since the epoch. Default: none. */
  readonly expiresMs?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** An API key without its secret. Shared between checks: nothing in it is the caller's to change. */
export interface ApiKey {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdMs: number;
  readonly expiresMs?: number;
  readonly lastUsedMs?: number;
  readonly revokedMs?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Why an API key does not hold. */
export type ApiKeyRefusal = 'malformed' | 'unknown' | 'expired' | 'revoked';
/** Whether an API key holds, whose it is, or why not. */
export type ApiKeyCheck =
  | { readonly ok: true; readonly key: ApiKey }
  | { readonly ok: false; readonly reason: ApiKeyRefusal };

const refusals = {
  malformed: Object.freeze({ ok: false, reason: 'malformed' }),
  unknown: Object.freeze({ ok: false, reason: 'unknown' }),
  expired: Object.freeze({ ok: false, reason: 'expired' }),
  revoked: Object.freeze({ ok: false, reason: 'revoked' }),
} as const satisfies Record<ApiKeyRefusal, ApiKeyCheck>;

interface LiveKey extends LiveEntry {
  readonly keyHash: string;
  accepted: { readonly ok: true; readonly key: ApiKey };
  touchedMs: number;
}

/** API keys: prefix, public id, 256 bits of secret and a checksum. Kept as SHA-256 alone. */
export class ApiKeys {
  readonly #options: Required<Omit<ApiKeyOptions, 'listener' | 'onError'>>;
  readonly #listener: AuthListener | undefined;
  readonly #live: LiveCredentials<LiveKey>;
  readonly #background: Background;
  readonly #idFrom: number;
  readonly #keyChars: number;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option out of range. */
  constructor({ listener, onError, ...rest }: ApiKeyOptions) {
    this.#options = {
      prefix: 'wsk',
      revalidateMs: 5_000,
      touchEveryMs: 60_000,
      maxLive: 100_000,
      now: Date.now,
      ...rest,
    };
    const { prefix, revalidateMs, touchEveryMs, maxLive } = this.#options;
    this.#idFrom = keyPrefix(prefix).length + 1;
    this.#keyChars = this.#idFrom + keyBodyChars;
    spanMs('revalidateMs', revalidateMs);
    spanMs('touchEveryMs', touchEveryMs);
    this.#live = new LiveCredentials(wholeNumber('maxLive', maxLive, 1, 10_000_000));
    this.#listener = listener;
    this.#background = new Background(onError);
  }

  /** Makes a key. Its text is in the answer, and nowhere afterwards. */
  async create(wanted: NewApiKey): Promise<{ readonly key: string; readonly apiKey: ApiKey }> {
    const nowMs = this.#options.now();
    const { expiresMs } = wanted;
    if (expiresMs !== undefined && !(Number.isFinite(expiresMs) && expiresMs > nowMs)) {
      throw invalidArgument('expiresMs', 'a time to come, in milliseconds since the epoch');
    }
    const made = makeKey(this.#options.prefix);
    const apiKey: ApiKey = {
      id: made.id,
      ownerId: name('ownerId', wanted.ownerId),
      name: name('name', wanted.name),
      scopes: names('scopes', wanted.scopes ?? []),
      createdMs: nowMs,
      ...(expiresMs === undefined ? {} : { expiresMs }),
      data: wanted.data ?? {},
    };
    await this.#options.storage.add({ ...apiKey, keyHash: hashText(digestOf(made.key)) });
    emit(this.#listener, nowMs, 'api_key_created', {
      userId: apiKey.ownerId,
      about: { api_key_id: made.id },
    });
    return { key: made.key, apiKey };
  }

  /**
   * Checks a key. Answers at once where the key is in memory and the storage vouched for it within
   * `revalidateMs`, and with a promise where the storage has to be asked; `await` serves both.
   */
  check(key: string, context?: AuthContext): ApiKeyCheck | Promise<ApiKeyCheck> {
    if (typeof key !== 'string' || key.length !== this.#keyChars) return refusals.malformed;
    const entry = this.#live.get(key.slice(this.#idFrom, this.#idFrom + keyIdChars));
    const nowMs = this.#options.now();
    if (entry === undefined || nowMs - entry.loadedMs >= this.#options.revalidateMs) {
      return this.#load(key, context);
    }
    if (!activeBackend().auth.tokenMatches(key, entry.digest)) return this.#refuse('unknown', context);
    const { expiresMs } = entry.accepted.key;
    if (expiresMs !== undefined && nowMs >= expiresMs)
      return this.#refuse('expired', context, entry.accepted.key);
    if (nowMs - entry.touchedMs >= this.#options.touchEveryMs) this.#touch(entry, nowMs);
    return entry.accepted;
  }

  /** Makes a key void at once here, and within `revalidateMs` in other processes. */
  async revoke(id: string): Promise<boolean> {
    const owner = this.#live.get(id)?.owner;
    this.#live.drop(id);
    const nowMs = this.#options.now();
    const changed = await this.#options.storage.revoke(id, nowMs);
    this.#live.drop(id);
    if (changed) emit(this.#listener, nowMs, 'api_key_revoked', { userId: owner, about: { api_key_id: id } });
    return changed;
  }

  /** Revokes all keys of an owner that are not yet; tells how many. */
  async revokeAll(ownerId: string): Promise<number> {
    this.#live.dropOfOwner(ownerId);
    let count = 0;
    for (const { id, revokedMs } of await this.#options.storage.listOfOwner(ownerId)) {
      if (revokedMs === undefined && (await this.revoke(id))) count++;
    }
    return count;
  }

  /** The owner's keys, newest first, with those that have expired or been revoked. */
  async list(ownerId: string): Promise<ApiKey[]> {
    return (await this.#options.storage.listOfOwner(ownerId)).map(withoutHash);
  }

  /** Waits for the writes that nobody waited for; for shutdown. */
  settled(): Promise<void> {
    return this.#background.settled();
  }

  async #load(key: string, context: AuthContext | undefined): Promise<ApiKeyCheck> {
    // The checksum spares the storage a question for each mistyped key.
    if (!isWellFormedKey(this.#options.prefix, key)) return refusals.malformed;
    const digest = digestOf(key);
    const { revisions } = this.#live;
    const stored = await this.#options.storage.getByHash(hashText(digest));
    const nowMs = this.#options.now();
    if (!stored) return this.#refuse('unknown', context);
    const apiKey = withoutHash(stored);
    if (stored.revokedMs !== undefined) {
      this.#live.drop(stored.id);
      return this.#refuse('revoked', context, apiKey);
    }
    if (stored.expiresMs !== undefined && nowMs >= stored.expiresMs)
      return this.#refuse('expired', context, apiKey);
    const entry: LiveKey = {
      id: stored.id,
      owner: stored.ownerId,
      digest,
      loadedMs: nowMs,
      loading: undefined,
      keyHash: stored.keyHash,
      accepted: { ok: true, key: apiKey },
      touchedMs: this.#live.get(stored.id)?.touchedMs ?? stored.lastUsedMs ?? 0,
    };
    if (revisions === this.#live.revisions) this.#live.put(entry);
    if (nowMs - entry.touchedMs >= this.#options.touchEveryMs) this.#touch(entry, nowMs);
    return entry.accepted;
  }

  #touch(entry: LiveKey, nowMs: number): void {
    entry.touchedMs = nowMs;
    entry.accepted = { ok: true, key: { ...entry.accepted.key, lastUsedMs: nowMs } };
    this.#background.run(this.#options.storage.touch([{ id: entry.id, lastUsedMs: nowMs }]));
  }

  #refuse(reason: ApiKeyRefusal, context: AuthContext | undefined, key?: ApiKey): ApiKeyCheck {
    const about = key && { api_key_id: key.id };
    emit(this.#listener, this.#options.now(), 'api_key_rejected', {
      reason,
      userId: key?.ownerId,
      context,
      about,
    });
    return refusals[reason];
  }
}

const withoutHash = ({ keyHash: _, ...key }: StoredApiKey): ApiKey => key;

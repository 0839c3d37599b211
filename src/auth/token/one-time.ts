import { randomToken } from '../../crypto/random/text.ts';
import { name, spanMs } from '../arguments.ts';
import { digestOf, hashText } from '../digest.ts';
import type { RecordStorage } from '../storage/port.ts';

/** Settings of {@link OneTimeTokens}. */
export interface OneTimeTokenOptions {
  readonly storage: RecordStorage;
  /** What the tokens are for, e.g. `password_reset`: a token serves this purpose alone. */
  readonly purpose: string;
  /** Life of a token, in milliseconds. Default ten minutes. */
  readonly lifetimeMs?: number;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const collection = 'auth.one_time';

/**
 * Tokens that serve once, for links that reset a password or confirm an address. 256 bits, stored as a
 * hash. A reset does not stand in for a second factor: ask for that too.
 */
export class OneTimeTokens {
  readonly #storage: RecordStorage;
  readonly #purpose: string;
  readonly #lifetimeMs: number;
  readonly #now: () => number;

  /**
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a purpose that is no name of at most 64 characters,
   * or a lifetime that is no span. Default: ten minutes.
   */
  constructor(options: OneTimeTokenOptions) {
    this.#storage = options.storage;
    this.#purpose = name('purpose', options.purpose, 64);
    this.#lifetimeMs = spanMs('lifetimeMs', options.lifetimeMs ?? 600_000);
    this.#now = options.now ?? Date.now;
  }

  /** Makes a token for a user. */
  async issue(userId: string): Promise<string> {
    const token = randomToken(32);
    const nowMs = this.#now();
    const value = { userId: name('userId', userId) };
    const options = { nowMs, expiresMs: nowMs + this.#lifetimeMs, ifVersion: 0 };
    await this.#storage.put(collection, this.#key(token), value, options);
    return token;
  }

  /** Uses a token up; gives its user, or `undefined`. */
  async redeem(token: string): Promise<string | undefined> {
    if (typeof token !== 'string' || !/^[\w-]{43}$/.test(token)) return undefined;
    const key = this.#key(token);
    const record = await this.#storage.get<{ userId: string }>(collection, key, this.#now());
    // Of two at a time only one removes it.
    const mine = record && (await this.#storage.remove(collection, key, record.version));
    return mine ? record.value.userId : undefined;
  }

  #key(token: string): string {
    return `${this.#purpose}\n${hashText(digestOf(token))}`;
  }
}

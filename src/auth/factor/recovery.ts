import { PasswordHasher } from '../../crypto/index.ts';
import { randomText } from '../../crypto/random/text.ts';
import { wholeNumber } from '../arguments.ts';
import { type AuthContext, type AuthListener, emit } from '../event.ts';
import type { BackOffLimiter } from '../guard/limiter.ts';
import type { PasswordHashing } from '../password/passwords.ts';
import type { RecordStorage } from '../storage/port.ts';
import { codeGuesses } from './code-guesses.ts';
import type { FactorCheck } from './totp.ts';

/** Settings of {@link RecoveryCodes}. */
export interface RecoveryOptions {
  readonly storage: RecordStorage;
  /** Default: argon2id at OWASP's parameters. */
  readonly hasher?: PasswordHashing;
  /** Codes in a set. Default 10. */
  readonly count?: number;
  readonly listener?: AuthListener;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Hashes of the codes not yet used, by the first two characters. */
type Codes = Readonly<Record<string, string>>;

const collection = 'auth.recovery';
// Crockford's alphabet: no I, L, O, U.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const idChars = 2;
const secretChars = 10;

/**
 * Recovery codes: look-up secrets of 50 bits, each good once, stored as password hashes (NIST SP 800-63B-4
 * section 3.1.2). The first two characters say which one is meant, so that a try costs one hash.
 */
export class RecoveryCodes {
  readonly #options: RecoveryOptions;
  readonly #hasher: PasswordHashing;
  readonly #count: number;
  readonly #now: () => number;
  readonly #limiter: BackOffLimiter;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for a `count` outside 1 to 20. Default 10. */
  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.#hasher = options.hasher ?? new PasswordHasher();
    this.#count = wholeNumber('count', options.count ?? 10, 1, 20);
    this.#now = options.now ?? Date.now;
    this.#limiter = codeGuesses(options.storage, 'recovery');
  }

  /** Makes a new set, to be shown once; the old one is void. */
  async generate(userId: string, context?: AuthContext): Promise<string[]> {
    const ids = new Set<string>();
    while (ids.size < this.#count) ids.add(randomText(idChars, alphabet));
    const codes = [...ids].map((id) => id + randomText(secretChars, alphabet));
    const hashes = await Promise.all(codes.map((code) => this.#hasher.hash(code.slice(idChars))));
    const stored: Codes = Object.fromEntries(
      codes.map((code, i) => [code.slice(0, idChars), hashes[i] as string]),
    );
    const nowMs = this.#now();
    await this.#options.storage.put(collection, userId, stored, { nowMs });
    emit(this.#options.listener, nowMs, 'factor_enrolled', { userId, context, about: { factor: 'rc' } });
    return codes.map((code) => (code.match(/.{4}/g) as string[]).join('-'));
  }

  /** Uses a code up. */
  async redeem(userId: string, code: string, context?: AuthContext): Promise<FactorCheck> {
    const nowMs = this.#now();
    const record = await this.#options.storage.get<Codes>(collection, userId, nowMs);
    if (!record) return { ok: false, reason: 'none' };
    const { waitMs } = await this.#limiter.attempt(userId, nowMs);
    if (waitMs > 0) return { ok: false, reason: 'throttled', retryAfterMs: waitMs };
    const typed = canonical(code);
    const id = typed?.slice(0, idChars) ?? '';
    const stored = Object.hasOwn(record.value, id) ? record.value[id] : undefined;
    const holds =
      typed !== undefined &&
      stored !== undefined &&
      (await this.#verify(userId, stored, typed.slice(idChars)));
    if (!holds) {
      emit(this.#options.listener, nowMs, 'factor_failed', { userId, context, about: { factor: 'rc' } });
      return { ok: false, reason: 'code' };
    }
    const { [id]: _, ...left } = record.value;
    const options = { nowMs, ifVersion: record.version };
    if ((await this.#options.storage.put(collection, userId, left, options)) === undefined) {
      return { ok: false, reason: 'replayed' };
    }
    await this.#limiter.clear(userId, this.#now());
    const about = { factor: 'rc', codes_left: Object.keys(left).length };
    emit(this.#options.listener, nowMs, 'recovery_code_used', { userId, context, about });
    return { ok: true };
  }

  /** A busy hasher is nobody's failed attempt. */
  async #verify(userId: string, stored: string, secret: string): Promise<boolean> {
    try {
      return await this.#hasher.verify(stored, secret);
    } catch (error) {
      await this.#limiter.forgive(userId, this.#now());
      throw error;
    }
  }

  /** How many codes are left. */
  async left(userId: string): Promise<number> {
    const record = await this.#options.storage.get<Codes>(collection, userId, this.#now());
    return record ? Object.keys(record.value).length : 0;
  }
}

/** A code as typed, in one spelling: no dashes, and letters that are taken for digits read as these. */
function canonical(code: unknown): string | undefined {
  if (typeof code !== 'string' || code.length > 64) return undefined;
  const text = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return text.length === idChars + secretChars && [...text].every((char) => alphabet.includes(char))
    ? text
    : undefined;
}

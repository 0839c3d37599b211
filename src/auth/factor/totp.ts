import { constantTimeEqual } from '../../crypto/compare.ts';
import type { AeadKey } from '../../crypto/index.ts';
import { randomBytes } from '../../crypto/random/bytes.ts';
import { name, wholeNumber } from '../arguments.ts';
import { type AuthContext, type AuthListener, emit } from '../event.ts';
import type { BackOffLimiter } from '../guard/limiter.ts';
import type { RecordStorage, StoredRecord } from '../storage/port.ts';
import { toBase32 } from './base32.ts';
import { codeGuesses } from './code-guesses.ts';
import { hotp, type OtpHash } from './hotp.ts';

/** Settings of {@link Totp}. */
export interface TotpOptions {
  readonly storage: RecordStorage;
  /** What the authenticator app shows the account under. */
  readonly issuer: string;
  /** Encrypts secrets at rest. Without one they are stored in the clear. */
  readonly key?: AeadKey;
  /** Steps of drift allowed to either side. Default 1, at most 2 (RFC 6238 section 5.2). */
  readonly driftSteps?: number;
  /** Default 6. */
  readonly digits?: 6 | 7 | 8;
  /** Default `sha1`, the only one that every app speaks. */
  readonly hash?: OtpHash;
  readonly listener?: AuthListener;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Whether a code held, or why not. */
export type FactorCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'none' | 'code' | 'replayed' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterMs: number };

interface Enrolment {
  /** Base64url, sealed where there is a key. */
  readonly secret: string;
  readonly confirmed: boolean;
  /** The latest step whose code has been used. */
  readonly lastStep: number;
}

const collection = 'auth.totp';
const stepS = 30;
const secretBytes = 20;
const unconfirmedMs = 900_000;

/** Time-based one-time passwords (RFC 6238), each good once. */
export class Totp {
  readonly #options: TotpOptions;
  readonly #digits: number;
  readonly #hash: OtpHash;
  readonly #drift: number;
  readonly #now: () => number;
  readonly #limiter: BackOffLimiter;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option out of range. */
  constructor(options: TotpOptions) {
    this.#options = options;
    this.#digits = wholeNumber('digits', options.digits ?? 6, 6, 8);
    this.#drift = wholeNumber('driftSteps', options.driftSteps ?? 1, 0, 2);
    this.#hash = options.hash ?? 'sha1';
    this.#now = options.now ?? Date.now;
    this.#limiter = codeGuesses(options.storage, 'totp');
    name('issuer', options.issuer);
  }

  /**
   * Makes a secret. It counts once {@link Totp.confirm} has seen a code of it, within 15 minutes, and takes
   * the place of an earlier one only then.
   *
   * @returns the secret in base32 and as an `otpauth:` address for a QR code.
   */
  async enrol(userId: string, label: string): Promise<{ readonly secret: string; readonly url: string }> {
    const bytes = randomBytes(secretBytes);
    const nowMs = this.#now();
    const enrolment: Enrolment = { secret: this.#sealed(userId, bytes), confirmed: false, lastStep: -1 };
    await this.#options.storage.put(collection, pendingKey(userId), enrolment, {
      nowMs,
      expiresMs: nowMs + unconfirmedMs,
    });
    const secret = toBase32(bytes);
    const { issuer } = this.#options;
    const path = `${encodeURIComponent(issuer)}:${encodeURIComponent(name('label', label))}`;
    const query = `secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=${this.#hash.toUpperCase()}&digits=${this.#digits}&period=${stepS}`;
    return { secret, url: `otpauth://totp/${path}?${query}` };
  }

  /** Puts the enrolled secret to use, given a code of it. */
  async confirm(userId: string, code: string, context?: AuthContext): Promise<FactorCheck> {
    const nowMs = this.#now();
    const pending = await this.#options.storage.get<Enrolment>(collection, pendingKey(userId), nowMs);
    const checked = await this.#check(userId, code, pending, context);
    if (typeof checked !== 'number') return checked;
    const confirmed: Enrolment = { ...pending!.value, confirmed: true, lastStep: checked };
    await this.#options.storage.put(collection, userId, confirmed, { nowMs });
    await this.#options.storage.remove(collection, pendingKey(userId));
    this.#tell('factor_enrolled', userId, context);
    return { ok: true };
  }

  /** Checks a code at login or step-up. A code serves once, and none older than the last one used. */
  async verify(userId: string, code: string, context?: AuthContext): Promise<FactorCheck> {
    const record = await this.#options.storage.get<Enrolment>(collection, userId, this.#now());
    const checked = await this.#check(userId, code, record, context);
    if (typeof checked !== 'number') return checked;
    const next: Enrolment = { ...record!.value, lastStep: checked };
    const options = { nowMs: this.#now(), ifVersion: record!.version };
    // Of two at a time with the same code one comes too late.
    if ((await this.#options.storage.put(collection, userId, next, options)) === undefined) {
      this.#tell('factor_replayed', userId, context);
      return { ok: false, reason: 'replayed' };
    }
    await this.#limiter.clear(userId, this.#now());
    this.#tell('factor_succeeded', userId, context);
    return { ok: true };
  }

  /** Whether the user has a confirmed secret. */
  async isEnrolled(userId: string): Promise<boolean> {
    return (await this.#options.storage.get(collection, userId, this.#now())) !== undefined;
  }

  /** Takes the factor from a user; `false` where there was none. */
  async remove(userId: string, context?: AuthContext): Promise<boolean> {
    const gone = await this.#options.storage.remove(collection, userId);
    if (gone) this.#tell('factor_removed', userId, context);
    return gone;
  }

  /** The step whose code this is, or why it is not accepted. */
  async #check(
    userId: string,
    code: string,
    record: StoredRecord<Enrolment> | undefined,
    context: AuthContext | undefined,
  ): Promise<number | FactorCheck> {
    if (!record) return { ok: false, reason: 'none' };
    const nowMs = this.#now();
    // Counted before the code is looked at, so that many at a time have no more tries.
    const { waitMs } = await this.#limiter.attempt(userId, nowMs);
    if (waitMs > 0) return { ok: false, reason: 'throttled', retryAfterMs: waitMs };
    const step = this.#matchingStep(this.#opened(userId, record.value.secret), code, nowMs);
    if (step === undefined) {
      this.#tell('factor_failed', userId, context);
      return { ok: false, reason: 'code' };
    }
    if (step <= record.value.lastStep) {
      this.#tell('factor_replayed', userId, context);
      return { ok: false, reason: 'replayed' };
    }
    await this.#limiter.forgive(userId, nowMs);
    return step;
  }

  #matchingStep(secret: Uint8Array, code: unknown, nowMs: number): number | undefined {
    if (typeof code !== 'string' || code.length > 16) return undefined;
    const digits = code.replaceAll(/\s/g, '');
    if (digits.length !== this.#digits) return undefined;
    const now = Math.floor(nowMs / 1000 / stepS);
    let found: number | undefined;
    // All of them, whichever matches, so that the time does not tell.
    for (let step = now - this.#drift; step <= now + this.#drift; step++) {
      if (step >= 0 && constantTimeEqual(hotp(secret, step, this.#digits, this.#hash), digits))
        found ??= step;
    }
    return found;
  }

  #sealed(userId: string, secret: Buffer): string {
    const { key } = this.#options;
    return (key ? key.seal(secret, `totp ${userId}`) : secret).toString('base64url');
  }

  #opened(userId: string, text: string): Uint8Array {
    const { key } = this.#options;
    const bytes = Buffer.from(text, 'base64url');
    return key ? key.open(bytes, `totp ${userId}`) : bytes;
  }

  #tell(
    action: 'factor_enrolled' | 'factor_succeeded' | 'factor_failed' | 'factor_replayed' | 'factor_removed',
    userId: string,
    context: AuthContext | undefined,
  ): void {
    emit(this.#options.listener, this.#now(), action, { userId, context, about: { factor: 'otp' } });
  }
}

const pendingKey = (userId: string) => `${userId}\npending`;

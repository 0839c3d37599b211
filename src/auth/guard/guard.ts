import { constantTimeEqual } from '../../crypto/compare.ts';
import { MacKey } from '../../crypto/index.ts';
import { randomToken } from '../../crypto/random/text.ts';
import { invalidArgument } from '../../errors.ts';
import { wholeNumber } from '../arguments.ts';
import { type AuthContext, type AuthListener, emit } from '../event.ts';
import { network } from '../session/binding.ts';
import type { RecordStorage } from '../storage/port.ts';
import { type Counters, memoryCounters, storedCounters } from './counters.ts';
import { type BackOff, BackOffLimiter, type Failures } from './limiter.ts';
import { type NetworkTally, StuffingDetector, type StuffingOptions } from './stuffing.ts';
import { type LoginLocation, TravelWatch } from './travel.ts';

export type { LoginLocation };

/** Settings of {@link LoginGuard}. */
export interface LoginGuardOptions {
  /**
   * Where failures are counted, so that they outlive a restart and all processes count together. Default: in
   * this process alone.
   */
  readonly storage?: RecordStorage;
  /** Failures of one account. Default: 5 free, then 1 s doubling to 15 minutes, forgotten after an hour. */
  readonly account?: Partial<BackOff>;
  /** Failures from one address (/64 for IPv6). Default: 20 free, then 1 s doubling to 15 minutes. */
  readonly address?: Partial<BackOff>;
  readonly stuffing?: StuffingOptions;
  /** Signs device tokens; at least 32 bytes, the same in every process. Default: random, good until a restart. */
  readonly deviceSecret?: Uint8Array;
  /** Accounts, addresses and networks remembered in memory, each. Default 100,000. */
  readonly maxKeys?: number;
  readonly listener?: AuthListener;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

interface GuardContext extends AuthContext {
  readonly deviceToken?: string | undefined;
  readonly location?: LoginLocation | undefined;
}

/** Leave to try, to be answered with what came of it. */
export interface Admission {
  readonly ok: true;
  /**
   * Takes the count back that {@link LoginGuard.admit} made; with a device token, clears that device's count.
   * With a `userId`, the place is held against the login before.
   */
  succeeded(userId?: string): Promise<void>;
  /** Leaves the count standing, and tells of the lockout or credential stuffing that it may complete. */
  failed(): Promise<void>;
  /** The attempt was not made after all. */
  cancel(): Promise<void>;
}

/** Why an attempt has to wait, and how long. */
export interface Refusal {
  readonly ok: false;
  readonly reason: 'account' | 'address' | 'network';
  readonly retryAfterMs: number;
}

const defaultAccount: BackOff = { free: 5, firstMs: 1_000, longestMs: 900_000, forgetMs: 3_600_000 };
const defaultAddress: BackOff = { free: 20, firstMs: 1_000, longestMs: 900_000, forgetMs: 3_600_000 };
/** From a network at credential stuffing each address has one try in this time. */
const stuffingWaitMs = 60_000;

/**
 * Limits guessing by account and by address. Someone who knows a name cannot keep its owner out: a browser
 * that logged in before carries a device token, and is counted apart from strangers (OWASP "device
 * cookies"); waits have an end; and {@link LoginGuard.release} lifts them after a proof by other means.
 */
export class LoginGuard {
  readonly #accounts: BackOffLimiter;
  readonly #addresses: BackOffLimiter;
  readonly #stuffing: StuffingDetector;
  readonly #suspects: BackOffLimiter;
  readonly #travel: TravelWatch;
  readonly #devices: MacKey;
  readonly #listener: AuthListener | undefined;
  readonly #now: () => number;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option out of range. */
  constructor(options: LoginGuardOptions = {}) {
    const maxKeys = wholeNumber('maxKeys', options.maxKeys ?? 100_000, 1, 10_000_000);
    const { storage } = options;
    const counters = <T>(kind: string): Counters<T> =>
      storage ? storedCounters<T>(storage, `auth.guard.${kind}`) : memoryCounters<T>(maxKeys);
    this.#accounts = new BackOffLimiter({ ...defaultAccount, ...options.account }, counters('account'));
    this.#addresses = new BackOffLimiter({ ...defaultAddress, ...options.address }, counters('address'));
    this.#stuffing = new StuffingDetector(options.stuffing ?? {}, counters<NetworkTally>('network'));
    const once = {
      free: 0,
      firstMs: stuffingWaitMs,
      longestMs: stuffingWaitMs,
      forgetMs: 2 * stuffingWaitMs,
    };
    this.#suspects = new BackOffLimiter(once, counters<Failures>('suspect'));
    this.#travel = new TravelWatch(maxKeys);
    const { deviceSecret } = options;
    if (deviceSecret && deviceSecret.length < 32) throw invalidArgument('deviceSecret', 'at least 32 bytes');
    this.#devices = deviceSecret ? MacKey.import('hmac-sha256', deviceSecret) : MacKey.generate();
    this.#listener = options.listener;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Asks for leave to try. The attempt counts as failed until it is reported otherwise, so that many at a
   * time have no more tries than one after another. Names that do not exist are counted like any other.
   */
  async admit(account: string, context: GuardContext = {}): Promise<Admission | Refusal> {
    const nowMs = this.#now();
    const known = this.#isKnownDevice(account, context.deviceToken);
    const accountKey = known ? `device ${account} ${context.deviceToken}` : `strangers ${account}`;
    const accountWaitMs = await this.#accounts.waitMs(accountKey, nowMs);
    if (accountWaitMs > 0) return { ok: false, reason: 'account', retryAfterMs: accountWaitMs };
    const net = context.address === undefined ? undefined : network(context.address);
    // A device that its owner has logged in on may sit behind an address with bad company.
    const address = known || context.address === undefined ? undefined : addressKey(context.address);
    let addressLockMs = 0;
    if (address !== undefined && net !== undefined) {
      const addressWaitMs = await this.#addresses.waitMs(address, nowMs);
      if (addressWaitMs > 0) return { ok: false, reason: 'address', retryAfterMs: addressWaitMs };
      if (await this.#stuffing.isAtIt(net, nowMs)) {
        const { waitMs } = await this.#suspects.attempt(address, nowMs);
        if (waitMs > 0) return { ok: false, reason: 'network', retryAfterMs: waitMs };
      }
      const tried = await this.#addresses.attempt(address, nowMs);
      if (tried.waitMs > 0) return { ok: false, reason: 'address', retryAfterMs: tried.waitMs };
      addressLockMs = tried.lockMs;
    }
    const tried = await this.#accounts.attempt(accountKey, nowMs);
    if (tried.waitMs > 0) {
      // Others were quicker since the first look; this attempt is not made.
      if (address !== undefined) await this.#addresses.forgive(address, nowMs);
      return { ok: false, reason: 'account', retryAfterMs: tried.waitMs };
    }
    const takeBack = async () => {
      await this.#accounts.forgive(accountKey, this.#now());
      if (address !== undefined) await this.#addresses.forgive(address, this.#now());
    };
    let open = true;
    const once = async (report: () => Promise<void>) => {
      const first = open;
      open = false;
      if (first) await report();
    };
    return {
      ok: true,
      cancel: () => once(takeBack),
      succeeded: (userId) =>
        once(async () => {
          await takeBack();
          // Only this device's count: a success of the owner does not give strangers new tries.
          if (known) await this.#accounts.clear(accountKey, this.#now());
          if (net !== undefined) await this.#stuffing.succeeded(net, this.#now());
          this.#watchTravel(account, userId, context);
        }),
      failed: () =>
        once(async () => {
          const about = { wait_ms: Math.max(tried.lockMs, addressLockMs) };
          if (tried.lockMs > 0) this.#tell('lockout', account, 'account', context, about);
          else if (addressLockMs > 0) this.#tell('lockout', account, 'address', context, about);
          if (net !== undefined && (await this.#stuffing.failed(net, account, this.#now()))) {
            this.#tell('credential_stuffing', account, 'network', context, { network: net });
          }
        }),
    };
  }

  /**
   * A token for a browser that has just logged in, to be kept in a long-lived cookie and given back as
   * `deviceToken`. It lets nobody in: it only counts this browser's failures apart from strangers'.
   */
  rememberDevice(account: string): string {
    const id = randomToken(16);
    return id + this.#mac(account, id);
  }

  /** Lifts the strangers' wait of an account, after its owner has proved who they are by other means. */
  async release(account: string): Promise<void> {
    await this.#accounts.clear(`strangers ${account}`, this.#now());
  }

  #isKnownDevice(account: string, token: unknown): token is string {
    if (typeof token !== 'string' || token.length !== 65) return false;
    return constantTimeEqual(token.slice(22), this.#mac(account, token.slice(0, 22)));
  }

  #mac(account: string, id: string): string {
    return this.#devices.sign(`device ${id} ${account}`).toString('base64url');
  }

  #watchTravel(account: string, userId: string | undefined, context: GuardContext): void {
    if (!context.location) return;
    const km = this.#travel.seen(account, context.location, this.#now());
    if (km === undefined) return;
    const detail = { userName: account, userId, context, about: { distance_km: Math.round(km) } };
    emit(this.#listener, this.#now(), 'impossible_travel', detail);
  }

  #tell(
    action: 'lockout' | 'credential_stuffing',
    account: string,
    reason: string,
    context: AuthContext,
    about: Readonly<Record<string, string | number>>,
  ): void {
    emit(this.#listener, this.#now(), action, { userName: account, reason, context, about });
  }
}

/** An IPv4 address, or the /64 of an IPv6 one, which is what one subscriber has. */
function addressKey(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail = ''] = address.toLowerCase().split('%', 1)[0]!.split('::', 2);
  const front = head ? head.split(':') : [];
  const back = tail ? tail.split(':') : [];
  const gap = address.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0;
  return [...front, ...Array<string>(gap).fill('0'), ...back].slice(0, 4).join(':');
}

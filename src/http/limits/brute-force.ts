import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { invalidArgument } from '../../errors.ts';
import { clientKey } from '../client-address.ts';

/** Settings of {@link BruteForceGuard}. */
export interface BruteForceGuardOptions {
  /** Failures of one account within the span before it is closed to more tries. Default 10. */
  readonly perAccount?: number;
  /** Failures from one address (/64 for IPv6) within the span. Default 30. */
  readonly perAddress?: number;
  /** Different accounts failed from one address within the span: credential stuffing. Default 8. */
  readonly accountsPerAddress?: number;
  /** Different addresses that failed at one account within the span: a distributed attack on it. Default 15. */
  readonly addressesPerAccount?: number;
  /** Default 15 minutes. */
  readonly spanMs?: number;
  /** Default 100,000 accounts and as many addresses. */
  readonly maxKeys?: number;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
}

/** Whether a login may be tried, and when again. */
export type LoginVerdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly reason: 'brute-force' | 'credential-stuffing' | 'distributed-guessing' | 'address-failures';
      readonly retryAfterMs: number;
    };

interface Failures {
  sinceMs: number;
  count: number;
  /** Digests of the other side, at most as many as the guard asks for. */
  readonly others: Set<string>;
}

/**
 * Watches failed logins by account and by address, in this process, for a login that is not of `wolfsec/auth`. Account
 * names are kept as digests alone.
 */
export class BruteForceGuard {
  readonly #options: Required<BruteForceGuardOptions>;
  readonly #accounts: LRUCache<string, Failures>;
  readonly #addresses: LRUCache<string, Failures>;

  /**
   * Default: 10 failures an account, 30 an address, 8 accounts an address, 15 addresses an account, each
   * within 15 minutes; 100,000 of each are remembered.
   *
   * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option that is no whole number above 0.
   */
  constructor(options: BruteForceGuardOptions = {}) {
    this.#options = {
      perAccount: 10,
      perAddress: 30,
      accountsPerAddress: 8,
      addressesPerAccount: 15,
      spanMs: 900_000,
      maxKeys: 100_000,
      clock: Date.now,
      ...options,
    };
    const { clock: _, ...numbers } = this.#options;
    for (const [name, value] of Object.entries(numbers)) {
      if (!Number.isSafeInteger(value) || value < 1) throw invalidArgument(name, 'a whole number above 0');
    }
    this.#accounts = new LRUCache({ max: this.#options.maxKeys });
    this.#addresses = new LRUCache({ max: this.#options.maxKeys });
  }

  /** Whether a login may be tried: ask before the password is looked at. */
  check(account: string, address: string): LoginVerdict {
    const { perAccount, perAddress, accountsPerAddress, addressesPerAccount } = this.#options;
    const here = this.#recent(this.#addresses, clientKey(address));
    if (here && here.others.size >= accountsPerAddress) return this.#refuse('credential-stuffing', here);
    if (here && here.count >= perAddress) return this.#refuse('address-failures', here);
    const there = this.#recent(this.#accounts, digest(account));
    if (there && there.others.size >= addressesPerAccount) return this.#refuse('distributed-guessing', there);
    if (there && there.count >= perAccount) return this.#refuse('brute-force', there);
    return { allowed: true };
  }

  /** Counts a failed login, and says whether the next may be tried. */
  failed(account: string, address: string): LoginVerdict {
    const key = digest(account);
    const client = clientKey(address);
    this.#count(this.#addresses, client, key, this.#options.accountsPerAddress);
    this.#count(this.#accounts, key, client, this.#options.addressesPerAccount);
    return this.check(account, address);
  }

  /** A login that succeeded clears its account; the address keeps what it did to others. */
  succeeded(account: string): void {
    this.#accounts.delete(digest(account));
  }

  #count(side: LRUCache<string, Failures>, key: string, other: string, most: number): void {
    const known = this.#recent(side, key) ?? { sinceMs: this.#options.clock(), count: 0, others: new Set() };
    known.count++;
    if (known.others.size < most) known.others.add(other);
    side.set(key, known);
  }

  #recent(side: LRUCache<string, Failures>, key: string): Failures | undefined {
    const known = side.get(key);
    return known && this.#options.clock() - known.sinceMs < this.#options.spanMs ? known : undefined;
  }

  #refuse(reason: (LoginVerdict & { allowed: false })['reason'], failures: Failures): LoginVerdict {
    const retryAfterMs = Math.max(1, failures.sinceMs + this.#options.spanMs - this.#options.clock());
    return { allowed: false, reason, retryAfterMs };
  }
}

function digest(account: string): string {
  return createHash('sha256').update(account.normalize('NFKC').toLowerCase()).digest('base64url');
}

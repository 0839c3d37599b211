import { invalidArgument } from '../../errors.ts';
import { spanMs, wholeNumber } from '../arguments.ts';
import type { Counters } from './counters.ts';

/** When a network counts as one that tries stolen passwords. */
export interface StuffingOptions {
  /** Accounts that must have failed from one network. Default 20. */
  readonly accounts?: number;
  /** Share of logins from there that must have failed. Default 0.8. */
  readonly failureShare?: number;
  /** Over what time, in milliseconds. Default ten minutes. */
  readonly windowMs?: number;
}

/** What a network did in the present window. */
export interface NetworkTally {
  readonly startMs: number;
  readonly failures: number;
  readonly successes: number;
  readonly told: boolean;
  /** Accounts that failed, as many as are asked for. */
  readonly accounts: readonly string[];
}

/** Sees one network try many accounts, most in vain: lists of stolen passwords being tried out. */
export class StuffingDetector {
  readonly #options: Required<StuffingOptions>;
  readonly #counters: Counters<NetworkTally>;

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for an option out of range. */
  constructor(options: StuffingOptions, counters: Counters<NetworkTally>) {
    this.#options = { accounts: 20, failureShare: 0.8, windowMs: 600_000, ...options };
    const { accounts, failureShare, windowMs } = this.#options;
    wholeNumber('accounts', accounts, 1, 10_000);
    spanMs('windowMs', windowMs);
    if (!(failureShare >= 0 && failureShare <= 1)) throw invalidArgument('failureShare', 'from 0 to 1');
    this.#counters = counters;
  }

  /** Whether this failure is the one that gives the network away: once in each window. */
  async failed(network: string, account: string, nowMs: number): Promise<boolean> {
    let givesAway = false;
    await this.#change(network, nowMs, (seen) => {
      const isNew = seen.accounts.length < this.#options.accounts && !seen.accounts.includes(account);
      const accounts = isNew ? [...seen.accounts, account] : seen.accounts;
      const next = { ...seen, failures: seen.failures + 1, accounts };
      givesAway = !seen.told && this.#isStuffing(next);
      return givesAway ? { ...next, told: true } : next;
    });
    return givesAway;
  }

  async succeeded(network: string, nowMs: number): Promise<void> {
    await this.#change(network, nowMs, (seen) => ({ ...seen, successes: seen.successes + 1 }));
  }

  /** Whether the network is at it in the present window. */
  async isAtIt(network: string, nowMs: number): Promise<boolean> {
    const seen = await this.#counters.get(network, nowMs);
    return seen !== undefined && this.#isCurrent(seen, nowMs) && this.#isStuffing(seen);
  }

  #change(network: string, nowMs: number, next: (seen: NetworkTally) => NetworkTally): Promise<unknown> {
    return this.#counters.change(network, nowMs, this.#options.windowMs, (known) => {
      const fresh: NetworkTally = { startMs: nowMs, failures: 0, successes: 0, told: false, accounts: [] };
      return next(known && this.#isCurrent(known, nowMs) ? known : fresh);
    });
  }

  #isCurrent({ startMs }: NetworkTally, nowMs: number): boolean {
    return nowMs - startMs < this.#options.windowMs;
  }

  #isStuffing({ accounts, failures, successes }: NetworkTally): boolean {
    return (
      accounts.length >= this.#options.accounts &&
      failures / (failures + successes) >= this.#options.failureShare
    );
  }
}

import { LRUCache } from 'lru-cache';

export interface StuffingOptions {
  /** Accounts that must have failed from one network. Default 20. */
  readonly accounts?: number;
  /** Share of logins from there that must have failed. Default 0.8. */
  readonly failureShare?: number;
  /** Over what time, in milliseconds. Default ten minutes. */
  readonly windowMs?: number;
}

interface Network {
  startMs: number;
  failures: number;
  successes: number;
  told: boolean;
  readonly accounts: Set<string>;
}

/** Sees one network try many accounts, most in vain: lists of stolen passwords being tried out. */
export class StuffingDetector {
  readonly #options: Required<StuffingOptions>;
  readonly #networks: LRUCache<string, Network>;

  constructor(options: StuffingOptions, maxNetworks: number) {
    this.#options = { accounts: 20, failureShare: 0.8, windowMs: 600_000, ...options };
    this.#networks = new LRUCache({ max: maxNetworks });
  }

  /** Whether this failure is the one that gives the network away: once in each window. */
  failed(network: string, account: string, nowMs: number): boolean {
    const seen = this.#seen(network, nowMs);
    seen.failures++;
    if (seen.accounts.size < this.#options.accounts) seen.accounts.add(account);
    if (seen.told || !this.#isStuffing(seen)) return false;
    seen.told = true;
    return true;
  }

  succeeded(network: string, nowMs: number): void {
    this.#seen(network, nowMs).successes++;
  }

  /** Whether the network is at it in the present window. */
  isAtIt(network: string, nowMs: number): boolean {
    const seen = this.#networks.get(network);
    return seen !== undefined && nowMs - seen.startMs < this.#options.windowMs && this.#isStuffing(seen);
  }

  #isStuffing({ accounts, failures, successes }: Network): boolean {
    return (
      accounts.size >= this.#options.accounts &&
      failures / (failures + successes) >= this.#options.failureShare
    );
  }

  #seen(network: string, nowMs: number): Network {
    const known = this.#networks.get(network);
    if (known && nowMs - known.startMs < this.#options.windowMs) return known;
    const fresh = { startMs: nowMs, failures: 0, successes: 0, told: false, accounts: new Set<string>() };
    this.#networks.set(network, fresh);
    return fresh;
  }
}

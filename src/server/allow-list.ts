import type { Detection } from '../detect/index.ts';
import { invalidArgument } from '../errors.ts';
import { indicatorOf, type Reputation } from '../reputation/index.ts';
import type { Store } from '../store/index.ts';
import type { AllowEntry } from './api.ts';

const origin = 'allow';
const feed = 'allow-list';
const maxEntries = 10_000;
/** Entries hold until they are taken off or expire, however long ago the list was read. */
const forEver = 100 * 365 * 86_400_000;

/** Addresses, domains and hashes that are known to be harmless: kept in the store, in force through `Reputation`. */
export class AllowList {
  readonly #store: Store;
  readonly #reputation: Reputation;

  private constructor(store: Store, reputation: Reputation) {
    this.#store = store;
    this.#reputation = reputation;
  }

  static async open(store: Store, reputation: Reputation): Promise<AllowList> {
    const list = new AllowList(store, reputation);
    await list.#apply();
    return list;
  }

  /** Whether the address that a detection comes from is on the list. */
  allows({ entities }: Detection): boolean {
    const address = entities?.['source.ip'] ?? entities?.['client.ip'];
    if (address === undefined || indicatorOf(address)?.kind !== 'ip' || address.includes('/')) return false;
    return this.#reputation.check(address).allowedBy !== undefined;
  }

  async list(): Promise<AllowEntry[]> {
    const stored = await this.#store.reputation.list(origin, Date.now(), '', maxEntries);
    return stored.map(({ kind, indicator, category, updatedMs, expiresMs }) => ({
      kind,
      indicator,
      comment: category,
      updatedMs,
      ...(expiresMs === undefined ? {} : { expiresMs }),
    }));
  }

  /** @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for what is no address, prefix, domain or hash. */
  async add(text: string, comment: string, expiresMs?: number): Promise<AllowEntry> {
    const { kind, value } = indicatorIn(text);
    if ((await this.list()).length >= maxEntries)
      throw invalidArgument('allow-list', `at most ${maxEntries} entries`);
    const entry = {
      kind,
      indicator: value,
      origin,
      score: 0,
      confidence: 1,
      category: comment,
      updatedMs: Date.now(),
      ...(expiresMs === undefined ? {} : { expiresMs }),
    };
    await this.#store.reputation.put([entry]);
    await this.#apply();
    return {
      kind,
      indicator: value,
      comment,
      updatedMs: entry.updatedMs,
      ...(expiresMs === undefined ? {} : { expiresMs }),
    };
  }

  /** `false` where it is not on the list. */
  async remove(text: string): Promise<boolean> {
    const { kind, value } = indicatorIn(text);
    const gone = await this.#store.reputation.remove(kind, value, origin);
    if (gone) await this.#apply();
    return gone;
  }

  async #apply(): Promise<void> {
    const entries = await this.list();
    if (entries.length === 0) return void this.#reputation.remove(feed);
    const text = entries.map(({ indicator }) => indicator).join('\n');
    await this.#reputation.load({ name: feed, text, allow: true, ttlMs: forEver });
  }
}

function indicatorIn(text: string) {
  const indicator = indicatorOf(text);
  if (!indicator)
    throw invalidArgument('indicator', 'an address, a prefix such as 10.0.0.0/8, a domain or a hash');
  return indicator;
}

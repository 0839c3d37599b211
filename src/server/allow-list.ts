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
/** How soon the list is read again where the store was away when an entry expired. */
const againMs = 10_000;
/** The longest time that a timer takes. */
const longestMs = 2 ** 31 - 1;

/** Addresses, domains and hashes that are known to be harmless: kept in the store, in force through `Reputation`. */
export class AllowList {
  readonly #store: Store;
  readonly #reputation: Reputation;
  readonly #onError: (error: unknown) => void;
  #applied: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(store: Store, reputation: Reputation, onError: (error: unknown) => void) {
    this.#store = store;
    this.#reputation = reputation;
    this.#onError = onError;
  }

  /** @param onError Told where an entry expires while the store is away. Default: nobody. */
  static async open(
    store: Store,
    reputation: Reputation,
    onError: (error: unknown) => void = () => {},
  ): Promise<AllowList> {
    const list = new AllowList(store, reputation, onError);
    await list.#apply();
    return list;
  }

  /** Looks after expiring entries no longer. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#applied;
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

  /** One after the other, so that an earlier reading does not take the place of a later one. */
  #apply(): Promise<void> {
    const work = this.#applied.then(() => this.#read());
    this.#applied = work.catch(() => {});
    return work;
  }

  async #read(): Promise<void> {
    // One that an earlier version took and nobody can read must not cost the others their place.
    const entries = (await this.list()).filter(({ indicator }) => indicatorOf(indicator) !== undefined);
    if (entries.length === 0) this.#reputation.remove(feed);
    else {
      const text = entries.map(({ indicator }) => indicator).join('\n');
      await this.#reputation.load({ name: feed, text, allow: true, ttlMs: forEver });
    }
    const ends = entries.map(({ expiresMs }) => expiresMs ?? Number.POSITIVE_INFINITY);
    this.#readIn(Math.min(...ends) - Date.now());
  }

  #readIn(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.#closed || waitMs === Number.POSITIVE_INFINITY) return;
    const expired = () =>
      this.#apply().catch((error: unknown) => {
        this.#onError(error);
        this.#readIn(againMs);
      });
    this.#timer = setTimeout(expired, Math.min(longestMs, Math.max(1, waitMs))).unref();
  }
}

function indicatorIn(text: string) {
  const indicator = indicatorOf(text);
  if (!indicator)
    throw invalidArgument('indicator', 'an address, a prefix such as 10.0.0.0/8, a domain or a hash');
  return indicator;
}

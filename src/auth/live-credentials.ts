import { LRUCache } from 'lru-cache';

/** What a credential held in memory must tell: whose it is, and when the storage last vouched for it. */
export interface LiveEntry {
  readonly id: string;
  readonly owner: string;
  /** SHA-256 of the whole token. */
  readonly digest: Uint8Array;
  loadedMs: number;
  /** The look at the storage that is under way, shared by those who wait for it. */
  loading: Promise<unknown> | undefined;
}

/**
 * Credentials of which the storage vouched lately, by the public id that the token begins with. What is
 * not here is looked up in the storage; the least recently used make room.
 */
export class LiveCredentials<E extends LiveEntry> {
  readonly #entries: LRUCache<string, E>;
  readonly #idsOfOwner = new Map<string, Set<string>>();
  #revisions = 0;

  constructor(max: number) {
    this.#entries = new LRUCache<string, E>({
      max,
      dispose: ({ owner, id }) => {
        const ids = this.#idsOfOwner.get(owner);
        ids?.delete(id);
        if (ids?.size === 0) this.#idsOfOwner.delete(owner);
      },
    });
  }

  get(id: string): E | undefined {
    return this.#entries.get(id);
  }

  put(entry: E): E {
    this.#entries.set(entry.id, entry);
    const ids = this.#idsOfOwner.get(entry.owner) ?? new Set();
    this.#idsOfOwner.set(entry.owner, ids.add(entry.id));
    return entry;
  }

  /**
   * Rises with whatever makes credentials void. A look at the storage during which it rose may have seen what is void by
   * now: its answer is good for the one who asked, and is not kept.
   */
  get revisions(): number {
    return this.#revisions;
  }

  /** To be called before and after the storage is told of what becomes void, where nothing of it is here to be dropped. */
  revise(): void {
    this.#revisions++;
  }

  drop(id: string): void {
    this.revise();
    this.#entries.delete(id);
  }

  /** Drops all of an owner, but for one. */
  dropOfOwner(owner: string, exceptId?: string): void {
    this.revise();
    for (const id of [...(this.#idsOfOwner.get(owner) ?? [])]) if (id !== exceptId) this.drop(id);
  }

  get size(): number {
    return this.#entries.size;
  }
}

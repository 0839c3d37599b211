import { IpSet } from '../match/index.ts';
import type { FeedTables, Note } from './compile.ts';
import { findHashed } from './hashed-set.ts';
import { type Indicator, withParents } from './indicator.ts';

/** One loaded version of a feed. A new version is a new object, put in its place in one step. */
export class LoadedFeed {
  readonly size: number;
  readonly invalid: number;
  readonly loadedMs: number;
  readonly #tables: FeedTables;
  readonly #addresses: IpSet<number>;
  readonly #lasting: IpSet<number> | undefined;

  constructor(tables: FeedTables, loadedMs: number) {
    this.#tables = tables;
    this.#addresses = IpSet.deserialize<number>(tables.addresses);
    this.#lasting = tables.lasting && IpSet.deserialize<number>(tables.lasting);
    this.size = tables.size;
    this.invalid = tables.invalid;
    this.loadedMs = loadedMs;
  }

  /**
   * What the feed says of it now: of an address by its longest prefix, of a domain also by those above it. What has run
   * out says nothing.
   */
  find({ kind, value }: Indicator, nowMs: number): Note | undefined {
    const { domains, hashes } = this.#tables;
    if (kind === 'hash') return this.#note(findHashed(hashes, value), nowMs);
    if (kind === 'ip') {
      const number = this.#addresses.lookup(value);
      return (
        this.#note(number, nowMs) ??
        (number === undefined ? undefined : this.#note(this.#lasting?.lookup(value), nowMs))
      );
    }
    if (domains.keys.length === 0) return undefined;
    for (const domain of withParents(value)) {
      const note = this.#note(findHashed(domains, domain), nowMs);
      if (note) return note;
    }
    return undefined;
  }

  #note(number: number | undefined, nowMs: number): Note | undefined {
    const note = number === undefined ? undefined : this.#tables.notes[number];
    return note?.expiresMs !== undefined && note.expiresMs <= nowMs ? undefined : note;
  }
}

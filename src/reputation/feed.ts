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

  constructor(tables: FeedTables, loadedMs: number) {
    this.#tables = tables;
    this.#addresses = IpSet.deserialize<number>(tables.addresses);
    this.size = tables.size;
    this.invalid = tables.invalid;
    this.loadedMs = loadedMs;
  }

  /** What the feed says of it: of an address by its longest prefix, of a domain also by those above it. */
  find({ kind, value }: Indicator): Note | undefined {
    const { domains, hashes, notes } = this.#tables;
    let number: number | undefined;
    if (kind === 'ip') number = this.#addresses.lookup(value);
    else if (kind === 'hash') number = findHashed(hashes, value);
    else if (domains.keys.length > 0) {
      for (const domain of withParents(value)) {
        number = findHashed(domains, domain);
        if (number !== undefined) break;
      }
    }
    return number === undefined ? undefined : notes[number];
  }
}

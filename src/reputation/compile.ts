import { WolfsecError } from '../errors.ts';
import { IpSet } from '../match/index.ts';
import { type HashedSet, hashedSet } from './hashed-set.ts';
import { indicatorOf } from './indicator.ts';
import { parseCsv } from './parse/csv.ts';
import type { CsvColumns, FeedEntry, FeedFormat } from './parse/entry.ts';
import { parseMisp } from './parse/misp.ts';
import { parsePlain } from './parse/plain.ts';
import { parseStix } from './parse/stix.ts';

/** What a feed says of an indicator; many share one. */
export interface Note {
  readonly category: string;
  /** 0 to 100. */
  readonly score: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly expiresMs?: number;
}

export interface CompileOptions {
  readonly format: FeedFormat;
  readonly csv?: CsvColumns;
  readonly category: string;
  readonly score: number;
  readonly confidence: number;
  /** What ran out before is left out, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** A feed in tables that move between threads. */
export interface FeedTables {
  /** A serialised `IpSet` whose values are numbers of notes. */
  readonly addresses: Uint8Array;
  /** Those of them that do not run out, where others do: what is looked at once a longer prefix has. */
  readonly lasting?: Uint8Array;
  readonly domains: HashedSet;
  readonly hashes: HashedSet;
  readonly notes: readonly Note[];
  readonly size: number;
  /** Lines that hold no indicator, and the first of them. */
  readonly invalid: number;
  readonly firstInvalid?: string;
}

/** As many as a feed of the longest size has where each entry runs out at a time of its own. */
const maxNotes = 2 ** 20;

/**
 * Parses a feed.
 *
 * @throws {WolfsecError} `WOLFSEC_FEED_INVALID` where the text is not of the format, or no line of it is an indicator.
 */
export function compileFeed(text: string, options: CompileOptions): FeedTables {
  const notes = new Notes(options);
  const tables = {
    ip: new Map<string, number>(),
    domain: new Map<string, number>(),
    hash: new Map<string, number>(),
  };
  let expired = 0;
  let invalid = 0;
  let firstInvalid: string | undefined;
  for (const entry of entriesOf(text, options)) {
    const indicator = indicatorOf(entry.text);
    if (!indicator) {
      invalid++;
      firstInvalid ??= entry.text.slice(0, 80);
      continue;
    }
    // It would stand before a wider prefix or a parent that holds.
    if (entry.expiresMs !== undefined && entry.expiresMs <= options.nowMs) {
      expired++;
      continue;
    }
    const note = notes.number(entry);
    const table = tables[indicator.kind];
    const known = table.get(indicator.value);
    if (known === undefined || notes.outweighs(note, known)) table.set(indicator.value, note);
  }
  const { ip, domain, hash } = tables;
  const size = ip.size + domain.size + hash.size;
  if (size === 0 && expired === 0 && invalid > 0) {
    const first = JSON.stringify(firstInvalid);
    throw new WolfsecError(
      'WOLFSEC_FEED_INVALID',
      `none of ${invalid} entries is an indicator; the first is ${first}`,
    );
  }
  const lasting = new Map([...ip].filter(([, note]) => notes.list[note]?.expiresMs === undefined));
  return {
    addresses: addressSet(ip).serialize(),
    ...(lasting.size > 0 && lasting.size < ip.size ? { lasting: addressSet(lasting).serialize() } : {}),
    domains: hashedSet(domain),
    hashes: hashedSet(hash),
    notes: notes.list,
    size,
    invalid,
    ...(firstInvalid === undefined ? {} : { firstInvalid }),
  };
}

function addressSet(addresses: ReadonlyMap<string, number>): IpSet<number> {
  try {
    return IpSet.from<number>(addresses);
  } catch (error) {
    // A length beyond the address's bits: the message names the prefix.
    throw new WolfsecError('WOLFSEC_FEED_INVALID', (error as Error).message, { cause: error });
  }
}

function entriesOf(text: string, { format, csv }: CompileOptions): Iterable<FeedEntry> {
  if (format === 'plain') return parsePlain(text);
  if (format === 'csv') return parseCsv(text, csv ?? { indicator: 0 });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new WolfsecError('WOLFSEC_FEED_INVALID', `not JSON: ${(error as Error).message}`);
  }
  return format === 'stix' ? parseStix(document) : parseMisp(document);
}

/** Numbers distinct notes from 0. */
class Notes {
  readonly list: Note[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #defaults: CompileOptions;

  constructor(defaults: CompileOptions) {
    this.#defaults = defaults;
  }

  number(entry: FeedEntry): number {
    const note: Note = {
      category: (entry.category ?? this.#defaults.category).slice(0, 200),
      score: clamp(entry.score ?? this.#defaults.score, 100),
      confidence: clamp(entry.confidence ?? this.#defaults.confidence, 1),
      ...(entry.expiresMs === undefined ? {} : { expiresMs: entry.expiresMs }),
    };
    const key = JSON.stringify(note);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.list.length >= maxNotes) {
      throw new WolfsecError(
        'WOLFSEC_FEED_INVALID',
        `more than ${maxNotes} kinds of category, score and expiry`,
      );
    }
    const number = this.list.push(note) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  /** Of two notes on one indicator the one that holds longer stays, else the worse. */
  outweighs(number: number, than: number): boolean {
    const [one, other] = [this.list[number] as Note, this.list[than] as Note];
    if (expiryOf(one) !== expiryOf(other)) return expiryOf(one) > expiryOf(other);
    return one.score * one.confidence > other.score * other.confidence;
  }
}

const expiryOf = ({ expiresMs = Infinity }: Note) => expiresMs;

const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));

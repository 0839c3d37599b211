import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** What is remembered of one client. */
interface Client {
  windowMs: number;
  /** One bit a path, by its hash. */
  readonly paths: Uint32Array;
  /** Bits that are set. */
  marked: number;
  notFound: number;
  trappedMs: number;
}

/** Bits a client: linear counting tells some thousands of paths apart to a few per cent. */
const bits = 2048;

/** Counts what clients do within spans of time. Bounded: the client not seen longest is forgotten. */
export class Behaviour {
  readonly #clients: LRUCache<string, Client>;
  readonly #spanMs: number;
  // Clients choose their paths: which of them share a bit must not be theirs to know.
  readonly #seed = randomBytes(4).readUInt32LE();

  constructor(maxClients: number, spanMs: number) {
    this.#clients = new LRUCache({ max: maxClients });
    this.#spanMs = spanMs;
  }

  /** Counts a path; gives about how many different ones there were in the span. */
  visit(client: string, path: string, nowMs: number): number {
    const record = this.#record(client, nowMs);
    const bit = hash(path, this.#seed) % bits;
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    if (((record.paths[word] as number) & mask) === 0) {
      record.paths[word] = (record.paths[word] as number) | mask;
      record.marked++;
    }
    return distinct(record.marked);
  }

  /** Counts an answer that there is nothing at a path. */
  missed(client: string, nowMs: number): void {
    this.#record(client, nowMs).notFound++;
  }

  /** How many such answers there were in the span. */
  misses(client: string, nowMs: number): number {
    const record = this.#clients.get(client);
    return record === undefined || nowMs - record.windowMs >= this.#spanMs ? 0 : record.notFound;
  }

  /** Notes that a client fell into a trap. */
  trap(client: string, nowMs: number): void {
    this.#record(client, nowMs).trappedMs = nowMs;
  }

  /** When a client last fell into a trap; -Infinity for never. */
  trappedAt(client: string): number {
    return this.#clients.get(client)?.trappedMs ?? Number.NEGATIVE_INFINITY;
  }

  #record(client: string, nowMs: number): Client {
    let record = this.#clients.get(client);
    if (record === undefined) {
      record = {
        windowMs: nowMs,
        paths: new Uint32Array(bits / 32),
        marked: 0,
        notFound: 0,
        trappedMs: Number.NEGATIVE_INFINITY,
      };
      this.#clients.set(client, record);
    } else if (nowMs - record.windowMs >= this.#spanMs) {
      record.windowMs = nowMs;
      record.paths.fill(0);
      record.marked = 0;
      record.notFound = 0;
    }
    return record;
  }
}

/** Linear counting (Whang, Vander-Zanden, Taylor, 1990). */
function distinct(marked: number): number {
  return marked >= bits ? Number.POSITIVE_INFINITY : Math.round(-bits * Math.log(1 - marked / bits));
}

/** MurmurHash3's steps for 32 bits, one character at a time. */
function hash(text: string, seed: number): number {
  let h = seed;
  for (let at = 0; at < text.length && at < 512; at++) {
    let k = Math.imul(text.charCodeAt(at), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

import { LRUCache } from 'lru-cache';
import { WolfsecError } from '../../errors.ts';
import { digestOf, hashText } from '../digest.ts';
import type { RecordStorage } from '../storage/port.ts';

/** What is remembered by key for a while, and changed as one: two changes at a time come one after the other. */
export interface Counters<T> {
  get(key: string, nowMs: number): Promise<T | undefined>;
  /**
   * Puts what `next` makes of the present value, for `keepMs`; `undefined` forgets the key. `next` may run
   * several times and must not change what it is given. Answers the new value.
   */
  change(
    key: string,
    nowMs: number,
    keepMs: number,
    next: (value: T | undefined) => T | undefined,
  ): Promise<T | undefined>;
}

/** In this process, until it ends; the least recently used make room. */
export function memoryCounters<T>(maxKeys: number): Counters<T> {
  const kept = new LRUCache<string, { readonly value: T; readonly endMs: number }>({ max: maxKeys });
  const at = (key: string, nowMs: number) => {
    const entry = kept.get(key);
    return entry && nowMs < entry.endMs ? entry.value : undefined;
  };
  return {
    get: async (key, nowMs) => at(key, nowMs),
    async change(key, nowMs, keepMs, next) {
      const value = next(at(key, nowMs));
      if (value === undefined) kept.delete(key);
      else kept.set(key, { value, endMs: nowMs + keepMs });
      return value;
    },
  };
}

/** Processes that may change one counter at a time; each round one of them gets through. */
const roundsMax = 64;

/**
 * In a storage, shared by all processes and there after a restart. Keys are kept as SHA-256: they hold names
 * and addresses, of any length. Records end by themselves.
 */
export function storedCounters<T>(records: RecordStorage, collection: string): Counters<T> {
  // Changes of one process queue up by key, so that only processes compete for a version.
  const last = new Map<string, Promise<unknown>>();
  const round = async (
    id: string,
    nowMs: number,
    keepMs: number,
    next: (value: T | undefined) => T | undefined,
  ) => {
    for (let i = 0; i < roundsMax; i++) {
      const known = await records.get<T>(collection, id, nowMs);
      const value = next(known?.value);
      if (value === undefined) {
        if (!known || (await records.remove(collection, id, known.version))) return undefined;
      } else {
        const options = { nowMs, expiresMs: nowMs + keepMs, ifVersion: known?.version ?? 0 };
        if ((await records.put(collection, id, value, options)) !== undefined) return value;
      }
    }
    throw new WolfsecError(
      'WOLFSEC_STORE_CONFLICT',
      `a counter of ${collection} is being changed from all sides: try again later`,
    );
  };
  const idOf = (key: string) => hashText(digestOf(key));
  return {
    async get(key, nowMs) {
      return (await records.get<T>(collection, idOf(key), nowMs))?.value;
    },
    change(key, nowMs, keepMs, next) {
      const id = idOf(key);
      const before = last.get(id) ?? Promise.resolve();
      const work = before.then(() => round(id, nowMs, keepMs, next));
      const settled = work.then(
        () => {},
        () => {},
      );
      last.set(id, settled);
      void settled.then(() => {
        if (last.get(id) === settled) last.delete(id);
      });
      return work;
    },
  };
}

import type { RecordStorage, StoredRecord } from './port.ts';

/** Writes between two sweeps of what has expired. */
const sweepEvery = 1_024;

/** JSON in, JSON out, so that nothing is shared with the caller. */
interface Row {
  readonly json: string;
  readonly version: number;
  readonly updatedMs: number;
  readonly expiresMs: number | undefined;
}

export function memoryRecords(): RecordStorage {
  const collections = new Map<string, Map<string, Row>>();
  let writes = 0;

  const live = (collection: string, key: string, nowMs: number): Row | undefined => {
    const row = collections.get(collection)?.get(key);
    return row && (row.expiresMs === undefined || row.expiresMs > nowMs) ? row : undefined;
  };
  const sweep = (nowMs: number) => {
    for (const rows of collections.values()) {
      for (const [key, { expiresMs }] of rows) {
        if (expiresMs !== undefined && expiresMs <= nowMs) rows.delete(key);
      }
    }
  };

  return {
    async get<T>(collection: string, key: string, nowMs: number) {
      const row = live(collection, key, nowMs);
      return row && asRecord<T>(key, row);
    },
    async put(collection, key, value, { nowMs, expiresMs, ifVersion }) {
      const known = live(collection, key, nowMs);
      if (ifVersion !== undefined && ifVersion !== (known?.version ?? 0)) return undefined;
      const rows = collections.get(collection) ?? new Map<string, Row>();
      collections.set(collection, rows);
      const version = (known?.version ?? 0) + 1;
      rows.set(key, { json: JSON.stringify(value), version, updatedMs: nowMs, expiresMs });
      if (++writes % sweepEvery === 0) sweep(nowMs);
      return version;
    },
    async remove(collection, key, ifVersion) {
      const rows = collections.get(collection);
      if (ifVersion !== undefined && rows?.get(key)?.version !== ifVersion) return false;
      return rows?.delete(key) ?? false;
    },
    async list<T>(
      collection: string,
      options: { nowMs: number; prefix?: string; afterKey?: string; limit?: number },
    ) {
      const { nowMs, prefix = '', afterKey = '', limit = 1_000 } = options;
      return [...(collections.get(collection)?.keys() ?? [])]
        .filter((key) => key.startsWith(prefix) && key > afterKey && live(collection, key, nowMs))
        .sort((a, b) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map((key) => asRecord<T>(key, live(collection, key, nowMs) as Row));
    },
  };
}

const asRecord = <T>(key: string, { json, version, updatedMs, expiresMs }: Row): StoredRecord<T> => ({
  key,
  value: JSON.parse(json) as T,
  version,
  updatedMs,
  ...(expiresMs === undefined ? {} : { expiresMs }),
});

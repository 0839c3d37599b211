import { storable } from '../clean.ts';
import { uuidv7At } from '../id.ts';
import type { Queries } from '../query.ts';

/** Who did what to what. Entries are added and read, never changed. */
export interface AuditEntry {
  readonly id: string;
  readonly timeMs: number;
  /** User, key id or part of the engine. */
  readonly actor: string;
  /** Dotted verb, e.g. `alert.acknowledge`. */
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Who did what, in the order it happened. */
export interface Audit {
  /** Writes an entry, under an id that sorts by time (UUIDv7, RFC 9562), and gives it back with that. */
  add(entry: Omit<AuditEntry, 'id'>): Promise<AuditEntry>;
  /** Newest first. */
  list(filter?: {
    readonly actor?: string;
    readonly action?: string;
    readonly target?: string;
    readonly beforeId?: string;
    readonly limit?: number;
  }): Promise<AuditEntry[]>;
}

export function auditTable(queries: Queries): Audit {
  const { build } = queries;
  return {
    async add(entry) {
      const id = uuidv7At(entry.timeMs);
      const { timeMs, actor, action, target, detail } = entry;
      await queries.change(
        build.insertInto('audit').values({
          id,
          time_ms: timeMs,
          actor: storable(actor),
          action: storable(action),
          target: storable(target),
          detail: JSON.stringify(detail),
        }),
      );
      return { id, ...entry };
    },
    async list({ actor, action, target, beforeId, limit = 100 } = {}) {
      let query = build.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
      if (actor !== undefined) query = query.where('actor', '=', actor);
      if (action !== undefined) query = query.where('action', '=', action);
      if (target !== undefined) query = query.where('target', '=', target);
      if (beforeId !== undefined) query = query.where('id', '<', beforeId);
      return (await queries.rows(query)).map((row) => ({
        id: row.id,
        timeMs: row.time_ms,
        actor: row.actor,
        action: row.action,
        target: row.target,
        detail: JSON.parse(row.detail),
      }));
    },
  };
}

import type { Alert } from './alert.ts';
import type { Change } from './change.ts';
import type { Group } from './group.ts';
import type { Notification } from './notification.ts';
import type { Silence } from './silence.ts';

/** A dead letter: a message that could not be delivered, and why. */
export interface DeadLetter {
  readonly notification: Notification;
  readonly reason: string;
  readonly attempts: number;
  readonly atMs: number;
}

type GroupRecord = Omit<Group, 'pending' | 'members'> & { readonly pending: readonly string[] };

/**
 * A line of the journal. Every part says how things are, not how they changed, so that lines may be repeated and a
 * checkpoint may be written in pieces between others.
 */
export interface JournalRecord {
  /** Detections counted. */
  d?: string[];
  /** Alerts in full. */
  a?: Alert[];
  /** Counts of alerts known in full: id, count, last, seen, version, risk. */
  t?: [string, number, number, number, number, number][];
  /** Groups in full. */
  g?: GroupRecord[];
  /** Alerts pending in a group: group key, alert id. */
  p?: [string, string][];
  /** Groups that ended. */
  h?: string[];
  /** Risks: entity, score, time. */
  r?: [string, number, number][];
  /** Silences in full, and those that ended. */
  s?: Silence[];
  q?: string[];
  /** Messages to deliver, and those delivered. */
  n?: Notification[];
  k?: string[];
  /** Dead letters, and those taken off the list. */
  x?: DeadLetter[];
  y?: string[];
  /** Alerts forgotten. */
  z?: string[];
  /** A checkpoint that began in this segment is complete. */
  e?: number;
}

/** Writes several changes down as one line, so that they become durable together. */
export function encodeChanges(changes: readonly Change[]): string {
  const record: JournalRecord = {};
  const add = <Part extends Exclude<keyof JournalRecord, 'e'>>(
    part: Part,
    items: readonly NonNullable<JournalRecord[Part]>[number][],
  ) => {
    if (items.length === 0) return;
    const known = record[part] as unknown[] | undefined;
    if (known) known.push(...items);
    else record[part] = [...items] as JournalRecord[Part];
  };
  for (const change of changes) {
    if (change.seen !== undefined) add('d', [change.seen]);
    add('a', [...change.written]);
    for (const alert of change.touched) {
      if (change.written.has(alert)) continue;
      const { id, count, lastMs, seenMs, version, risk } = alert;
      add('t', [[id, count, lastMs, seenMs, version, risk]]);
    }
    add('g', [...change.groups].map(groupRecord));
    add('p', change.pending);
    add(
      'r',
      change.risks.map(({ entity, score, atMs }) => [entity, score, atMs] as [string, number, number]),
    );
    add('h', change.endedGroups);
    add('s', change.silences);
    add('q', change.endedSilences);
    add('n', change.notifications);
  }
  return JSON.stringify(record);
}

export const groupRecord = ({ members: _, pending, ...group }: Group): GroupRecord => ({
  ...group,
  pending: [...pending],
});

export const groupOf = ({ pending, ...group }: GroupRecord): Group => ({
  ...group,
  notifiedMs: group.notifiedMs,
  pending: new Set(pending),
  members: new Set(),
});

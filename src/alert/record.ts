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

/** Writes a change down as one line, so that all of it becomes durable together. */
export function encodeChange(change: Change): string {
  const record: JournalRecord = {};
  if (change.seen.length > 0) record.d = change.seen;
  if (change.written.size > 0) record.a = [...change.written];
  const counts: NonNullable<JournalRecord['t']> = [];
  for (const alert of change.touched.keys()) {
    if (change.written.has(alert)) continue;
    counts.push([alert.id, alert.count, alert.lastMs, alert.seenMs, alert.version, alert.risk]);
  }
  if (counts.length > 0) record.t = counts;
  if (change.groups.size > 0) record.g = Array.from(change.groups.values(), groupRecord);
  // A group that is written in full says itself what is pending in it.
  const pending = change.pending.filter(([key]) => !change.groups.has(key));
  if (pending.length > 0) record.p = pending;
  if (change.risks.size > 0) {
    record.r = Array.from(change.risks.values(), ({ entity, score, atMs }) => [entity, score, atMs]);
  }
  if (change.endedGroups.size > 0) record.h = [...change.endedGroups];
  if (change.silences.length > 0) record.s = change.silences;
  if (change.endedSilences.length > 0) record.q = change.endedSilences;
  if (change.notifications.length > 0) record.n = change.notifications;
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

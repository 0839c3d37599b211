import { derivedId } from '../store/index.ts';
import { type Alert, severityOf, toStored } from './alert.ts';
import { type Labels, labelValue } from './labels.ts';
import { maxAlertsTold, type Notification, type NotificationReason } from './notification.ts';
import type { Branch } from './route.ts';

/** Alerts of one branch with the same group labels, told of together. */
export interface Group {
  readonly id: string;
  readonly key: string;
  readonly path: string;
  readonly labels: Labels;
  createdMs: number;
  sequence: number;
  /** When it was last told of. */
  notifiedMs: number | undefined;
  /** Not before this time, set when a throttle holds it back. */
  heldUntilMs: number;
  /** Alerts that changed since it was last told of. */
  readonly pending: Set<string>;
  /** Alerts that are open or acknowledged. */
  readonly members: Set<string>;
}

export function groupKeyOf(branch: Branch, labels: Labels): string {
  return `${branch.path}{${branch.groupBy.map((name) => `${name}=${JSON.stringify(labelValue(labels, name))}`).join(',')}}`;
}

export function openGroup(branch: Branch, alert: Alert, nowMs: number): Group {
  const key = groupKeyOf(branch, alert.labels);
  return {
    id: derivedId(alert.firstMs, [key, alert.id]),
    key,
    path: branch.path,
    labels: Object.fromEntries(branch.groupBy.map((name) => [name, labelValue(alert.labels, name)])),
    createdMs: nowMs,
    sequence: 0,
    notifiedMs: undefined,
    heldUntilMs: 0,
    pending: new Set(),
    members: new Set(),
  };
}

/** When the group is due by the calendar, throttles aside; `Infinity` where it has nothing to tell. */
export function dueMs({ pending, notifiedMs, createdMs, heldUntilMs }: Group, branch: Branch): number {
  if (pending.size > 0) {
    const due =
      notifiedMs === undefined ? createdMs + branch.groupWaitMs : notifiedMs + branch.groupIntervalMs;
    return Math.max(due, heldUntilMs);
  }
  if (notifiedMs === undefined || branch.repeatIntervalMs === 0) return Number.POSITIVE_INFINITY;
  return Math.max(notifiedMs + branch.repeatIntervalMs, heldUntilMs);
}

/** A clock that was set back: spans that began "later" begin now, or nobody would be told until that time comes. */
export function setBack(group: Group, { throttle }: Branch, nowMs: number): void {
  group.createdMs = Math.min(group.createdMs, nowMs);
  if (group.notifiedMs !== undefined) group.notifiedMs = Math.min(group.notifiedMs, nowMs);
  group.heldUntilMs = Math.min(group.heldUntilMs, nowMs + (throttle?.perMs ?? 0));
}

export function notificationOf(
  group: Group,
  branch: Branch,
  alerts: readonly Alert[],
  reason: NotificationReason,
  nowMs: number,
): Notification {
  const sorted = [...alerts].sort(
    (a, b) =>
      Number(a.status === 'resolved') - Number(b.status === 'resolved') ||
      severityOf(b.level) - severityOf(a.level) ||
      b.lastMs - a.lastMs,
  );
  return {
    key: derivedId(group.createdMs, [group.id, String(group.sequence), branch.receiver]),
    receiver: branch.receiver,
    groupId: group.id,
    labels: group.labels,
    status: reason === 'resolved' ? 'resolved' : 'firing',
    reason,
    sequence: group.sequence,
    atMs: nowMs,
    level: sorted[0]?.level ?? 'informational',
    alerts: sorted.slice(0, maxAlertsTold).map((alert) => toStored(alert, group.key)),
    alertCount: alerts.length,
    detectionCount: alerts.reduce((sum, { count }) => sum + count, 0),
  };
}

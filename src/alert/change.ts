import type { Alert } from './alert.ts';
import type { Group } from './group.ts';
import type { Notification } from './notification.ts';
import type { RiskStep } from './risk.ts';
import type { Silence } from './silence.ts';

/** What steps of the book changed between two writes: enough to write it down, tell it, and take it back. */
export class Change {
  /** Detections that were counted. */
  readonly seen: string[] = [];
  /** Alerts that were counted up, and how often. */
  readonly touched = new Map<Alert, number>();
  /** Alerts of which more changed than the count. */
  readonly written = new Set<Alert>();
  readonly opened = new Set<Alert>();
  /** Groups by key, to be written down in full. */
  readonly groups = new Map<string, Group>();
  /** Alerts that became pending in a group otherwise unchanged. */
  readonly pending: [groupKey: string, alertId: string][] = [];
  readonly endedGroups = new Set<string>();
  readonly notifications: Notification[] = [];
  /** Groups that were told of: what was before, and of which alerts. */
  readonly flushed = new Map<Group, { readonly notifiedMs: number | undefined; readonly told: string[] }>();
  readonly silences: Silence[] = [];
  readonly endedSilences: string[] = [];
  readonly risks = new Map<string, RiskStep>();

  get empty(): boolean {
    return (
      this.seen.length === 0 &&
      this.written.size === 0 &&
      this.groups.size === 0 &&
      this.pending.length === 0 &&
      this.endedGroups.size === 0 &&
      this.silences.length === 0 &&
      this.endedSilences.length === 0
    );
  }

  group(group: Group): void {
    this.groups.set(group.key, group);
    this.endedGroups.delete(group.key);
  }

  endGroup(key: string): void {
    this.groups.delete(key);
    this.endedGroups.add(key);
  }

  count(alert: Alert): void {
    this.touched.set(alert, (this.touched.get(alert) ?? 0) + 1);
  }
}

import type { Alert } from './alert.ts';
import type { Group } from './group.ts';
import type { Notification } from './notification.ts';
import type { EntityRisk } from './risk.ts';
import type { Silence } from './silence.ts';

/** What one step of the book changed: enough to write it down, tell it, and take it back. */
export class Change {
  /** Detection that was counted. */
  seen: string | undefined;
  /** Alerts that were counted up. */
  readonly touched = new Set<Alert>();
  /** Alerts of which more changed than the count. */
  readonly written = new Set<Alert>();
  readonly opened = new Set<Alert>();
  readonly groups = new Set<Group>();
  /** Alerts that became pending in a group otherwise unchanged. */
  readonly pending: [groupKey: string, alertId: string][] = [];
  readonly endedGroups: string[] = [];
  readonly notifications: Notification[] = [];
  readonly flushed = new Map<
    Group,
    { readonly notifiedMs: number | undefined; readonly told: readonly string[] }
  >();
  readonly silences: Silence[] = [];
  readonly endedSilences: string[] = [];
  risks: readonly EntityRisk[] = [];

  get empty(): boolean {
    return (
      this.seen === undefined &&
      this.written.size === 0 &&
      this.groups.size === 0 &&
      this.pending.length === 0 &&
      this.endedGroups.length === 0 &&
      this.silences.length === 0 &&
      this.endedSilences.length === 0
    );
  }
}

import type { Detection, Severity } from '../detect/detection.ts';
import { derivedId } from '../store/index.ts';
import { type Alert, openAlert, severityOf } from './alert.ts';
import { Change } from './change.ts';
import { dueMs, type Group, groupKeyOf, notificationOf, openGroup } from './group.ts';
import { type Inhibition, Inhibitions } from './inhibit.ts';
import { fingerprintOf, identityLabels, labelsOf } from './labels.ts';
import type { NotificationReason } from './notification.ts';
import type { Branch, RouteTree } from './route.ts';
import { Silences } from './silence.ts';
import { Throttles } from './throttle.ts';

/** An alert raised `count` times within `withinMs` becomes one of `level`, and is told of at once. */
export interface Escalation {
  readonly count: number;
  readonly withinMs: number;
  readonly level: Severity;
}

export interface BookOptions {
  readonly routes: RouteTree;
  readonly inhibit?: readonly Inhibition[];
  readonly escalate?: readonly Escalation[];
  /** Labels that tell alerts of one rule apart. Default: host, user and address. */
  readonly fingerprintBy?: readonly string[];
  /** An alert not raised for so long is resolved, in milliseconds; 0 for never. Default 1 hour. */
  readonly resolveAfterMs?: number;
  /** Alerts open at once at most; the oldest is resolved for a new one. Default 50,000. */
  readonly maxAlerts?: number;
  /** Detections whose ids are remembered, so that one that comes again is not counted again. Default 50,000. */
  readonly maxSeen?: number;
}

/**
 * What is open, and what has been told to whom: a state machine without clock, disk or network. Every step takes
 * the time and gives a {@link Change}, which is all that a restart needs to know.
 */
export class AlertBook {
  readonly silences = new Silences();
  readonly alerts = new Map<string, Alert>();
  readonly groups = new Map<string, Group>();
  readonly seen = new Set<string>();
  readonly figures = { duplicates: 0, suppressed: 0, throttled: 0, evicted: 0 };
  readonly #open = new Map<string, Alert>();
  readonly #routes: RouteTree;
  readonly #inhibitions: Inhibitions;
  readonly #escalate: readonly Escalation[];
  readonly #fingerprintBy: readonly string[];
  readonly #resolveAfterMs: number;
  readonly #maxAlerts: number;
  readonly #maxSeen: number;
  readonly #throttles = new Throttles();

  constructor(options: BookOptions) {
    this.#routes = options.routes;
    this.#inhibitions = new Inhibitions(options.inhibit ?? []);
    this.#escalate = options.escalate ?? [];
    this.#fingerprintBy = options.fingerprintBy ?? identityLabels;
    this.#resolveAfterMs = options.resolveAfterMs ?? 3_600_000;
    this.#maxAlerts = options.maxAlerts ?? 50_000;
    this.#maxSeen = options.maxSeen ?? 50_000;
  }

  /** Counts a detection; `undefined` where it has been counted already. */
  raise(detection: Detection, id: string, nowMs: number): Change | undefined {
    if (this.seen.has(id)) {
      this.figures.duplicates++;
      return undefined;
    }
    const change = new Change();
    this.#remember(id);
    change.seen = id;
    const fingerprint = fingerprintOf(detection, this.#fingerprintBy);
    const alert = this.#open.get(fingerprint) ?? this.#openNew(detection, id, fingerprint, nowMs, change);
    alert.count++;
    alert.version++;
    alert.lastMs = Math.max(alert.lastMs, detection.eventTimeMs ?? nowMs);
    alert.seenMs = Math.max(alert.seenMs, nowMs);
    change.touched.add(alert);
    const escalated = this.#escalated(alert, nowMs);
    if (escalated) change.written.add(alert);
    if (alert.status === 'acknowledged' && !escalated) return change;
    this.#tell(alert, escalated, nowMs, change);
    return change;
  }

  /** What the clock brings about: alerts that went quiet, groups that are due. */
  tick(nowMs: number): Change {
    const change = new Change();
    for (const alert of this.#open.values()) {
      if (this.#resolveAfterMs > 0 && alert.seenMs + this.#resolveAfterMs <= nowMs) {
        this.#resolve(alert, { nowMs }, change);
      }
    }
    for (const group of [...this.groups.values()]) {
      const branch = this.#routes.at(group.path) as Branch;
      if (dueMs(group, branch) <= nowMs) this.#flush(group, branch, undefined, nowMs, change);
      if (group.members.size === 0 && group.pending.size === 0) {
        this.groups.delete(group.key);
        change.endedGroups.push(group.key);
      }
    }
    change.endedSilences.push(...this.silences.sweep(nowMs));
    return change;
  }

  acknowledge(id: string, by: string, note: string | undefined, nowMs: number): Change | undefined {
    const alert = this.alerts.get(id);
    if (alert?.status !== 'open') return undefined;
    const change = new Change();
    Object.assign(alert, {
      status: 'acknowledged',
      changedBy: by,
      note,
      seenMs: Math.max(alert.seenMs, nowMs),
    });
    alert.version++;
    change.written.add(alert);
    for (const group of this.#groupsOf(alert)) {
      if (group.pending.delete(id)) change.groups.add(group);
    }
    return change;
  }

  resolve(id: string, by: string, note: string | undefined, nowMs: number): Change | undefined {
    const alert = this.alerts.get(id);
    if (!alert || alert.status === 'resolved') return undefined;
    const change = new Change();
    this.#resolve(alert, { by, note, nowMs }, change);
    for (const group of this.#groupsOf(alert)) {
      const branch = this.#routes.at(group.path) as Branch;
      if (group.members.size === 0 && group.pending.size > 0)
        this.#flush(group, branch, undefined, nowMs, change);
    }
    return change;
  }

  /** Resolved alerts that no group has to tell of any more; `keep` says which the store has yet to take. */
  sweep(keep: (id: string) => boolean): string[] {
    const pending = new Set<string>();
    for (const group of this.groups.values()) for (const id of group.pending) pending.add(id);
    const gone: string[] = [];
    for (const [id, { status }] of this.alerts) {
      if (status !== 'resolved' || pending.has(id) || keep(id)) continue;
      this.alerts.delete(id);
      gone.push(id);
    }
    return gone;
  }

  /** Takes back a change that could not be made durable, so that raising it again counts it. */
  undo(change: Change): void {
    if (change.seen !== undefined) this.seen.delete(change.seen);
    for (const alert of change.touched) alert.count--;
    for (const [group, before] of change.flushed) {
      group.notifiedMs = before.notifiedMs;
      for (const id of before.told) if (this.alerts.has(id)) group.pending.add(id);
    }
    for (const alert of change.opened) {
      if (alert.count > 0) continue;
      this.#open.delete(alert.fingerprint);
      this.alerts.delete(alert.id);
      this.#inhibitions.resolved(alert.id, alert.labels);
      for (const group of this.#groupsOf(alert)) {
        group.members.delete(alert.id);
        group.pending.delete(alert.id);
        if (group.members.size === 0 && group.pending.size === 0) this.groups.delete(group.key);
      }
    }
  }

  /** Puts an alert back as it was before a restart. */
  restoreAlert(alert: Alert): void {
    const known = this.alerts.get(alert.id);
    if (known) this.#inhibitions.resolved(known.id, known.labels);
    this.alerts.set(alert.id, alert);
    if (alert.status === 'resolved') {
      if (this.#open.get(alert.fingerprint)?.id === alert.id) this.#open.delete(alert.fingerprint);
      return;
    }
    this.#open.set(alert.fingerprint, alert);
    this.#inhibitions.opened(alert.id, alert.labels);
  }

  restoreGroup(group: Group): void {
    if (this.#routes.at(group.path)) this.groups.set(group.key, group);
  }

  remember(id: string): void {
    this.#remember(id);
  }

  /** After a restart: members follow from the alerts, and what the routes now say of them. */
  rebuild(nowMs: number): void {
    for (const group of this.groups.values()) {
      group.members.clear();
      for (const id of group.pending) if (!this.alerts.has(id)) group.pending.delete(id);
    }
    for (const alert of this.#open.values()) {
      for (const branch of this.#routes.branchesOf(alert.labels)) {
        const known = this.groups.get(groupKeyOf(branch, alert.labels));
        const group = known ?? this.#addGroup(openGroup(branch, alert, nowMs));
        group.members.add(alert.id);
        // The routes have changed: a group that nobody was told of has its first message to come.
        if (!known && alert.status === 'open') group.pending.add(alert.id);
      }
    }
  }

  #openNew(detection: Detection, id: string, fingerprint: string, nowMs: number, change: Change): Alert {
    if (this.#open.size >= this.#maxAlerts) {
      this.figures.evicted++;
      const [oldest] = this.#open.values();
      if (oldest) this.#resolve(oldest, { by: 'limit', note: 'too many open alerts', nowMs }, change);
    }
    const alert = openAlert(detection, { id, fingerprint, labels: labelsOf(detection) }, nowMs);
    this.#open.set(fingerprint, alert);
    this.alerts.set(alert.id, alert);
    this.#inhibitions.opened(alert.id, alert.labels);
    change.opened.add(alert);
    change.written.add(alert);
    return alert;
  }

  #tell(alert: Alert, escalated: boolean, nowMs: number, change: Change): void {
    const held = this.#suppression(alert, nowMs, change);
    if (held) this.figures.suppressed++;
    for (const branch of this.#routes.branchesOf(alert.labels)) {
      const key = groupKeyOf(branch, alert.labels);
      const group = this.groups.get(key) ?? this.#addGroup(openGroup(branch, alert, nowMs), change);
      group.members.add(alert.id);
      if (!group.pending.has(alert.id)) {
        group.pending.add(alert.id);
        change.pending.push([key, alert.id]);
      }
      if (held) continue;
      if (escalated) this.#flush(group, branch, 'escalation', nowMs, change);
      else if (dueMs(group, branch) <= nowMs) this.#flush(group, branch, undefined, nowMs, change);
    }
  }

  #flush(
    group: Group,
    branch: Branch,
    asked: NotificationReason | undefined,
    nowMs: number,
    change: Change,
  ): void {
    const repeat = group.pending.size === 0;
    const ids = repeat ? group.members : group.pending;
    const told: Alert[] = [];
    for (const id of ids) {
      const alert = this.alerts.get(id);
      if (!alert || (repeat && alert.status !== 'open')) continue;
      if (!this.#suppression(alert, nowMs, change)) told.push(alert);
    }
    const firing = told.filter(({ status }) => status !== 'resolved');
    // Resolved alerts are news only to those who have heard of the group, and only if they want to hear.
    const news =
      firing.length > 0 || (branch.sendResolved && group.notifiedMs !== undefined && told.length > 0);
    if (!news) {
      // Resolved alerts that nobody waits for are done with; what is held back stays, and is looked at again.
      for (const { id, status } of told) if (status === 'resolved') group.pending.delete(id);
      if (repeat && group.members.size > 0) group.notifiedMs = nowMs;
      return void change.groups.add(group);
    }
    const freeMs = this.#throttles.take(branch, nowMs);
    if (freeMs > nowMs) {
      this.figures.throttled++;
      group.heldUntilMs = freeMs;
      return void change.groups.add(group);
    }
    const reason = asked ?? reasonOf(group, firing.length, repeat);
    change.flushed.set(group, { notifiedMs: group.notifiedMs, told: repeat ? [] : told.map(({ id }) => id) });
    group.sequence++;
    group.notifiedMs = nowMs;
    for (const { id } of told) group.pending.delete(id);
    change.groups.add(group);
    change.notifications.push(notificationOf(group, branch, told, reason, nowMs));
  }

  /** Whether a silence or another alert holds this one back, written down where that is news. */
  #suppression(alert: Alert, nowMs: number, change: Change): boolean {
    const silence = this.silences.silencing(alert.labels, nowMs);
    const source = silence ? undefined : this.#inhibitions.inhibiting(alert.id, alert.labels);
    const by = silence ? `silence:${silence}` : source ? `alert:${source}` : undefined;
    if (alert.suppressedBy !== by) {
      alert.suppressedBy = by;
      alert.version++;
      change.written.add(alert);
    }
    return by !== undefined;
  }

  #resolve(
    alert: Alert,
    { by, note, nowMs }: { by?: string; note?: string | undefined; nowMs: number },
    change: Change,
  ) {
    alert.status = 'resolved';
    alert.changedBy = by;
    alert.note = note ?? alert.note;
    alert.version++;
    alert.seenMs = Math.max(alert.seenMs, nowMs);
    this.#open.delete(alert.fingerprint);
    this.#inhibitions.resolved(alert.id, alert.labels);
    change.written.add(alert);
    for (const group of this.#groupsOf(alert)) {
      group.members.delete(alert.id);
      if (group.pending.has(alert.id)) continue;
      group.pending.add(alert.id);
      change.pending.push([group.key, alert.id]);
    }
  }

  #escalated(alert: Alert, nowMs: number): boolean {
    let escalated = false;
    this.#escalate.forEach(({ count, withinMs, level }, step) => {
      const window = alert.windows[step] ?? [nowMs, 0];
      alert.windows[step] = window;
      if (nowMs - window[0] >= withinMs) alert.windows[step] = [nowMs, 1];
      else window[1]++;
      if ((alert.windows[step]?.[1] ?? 0) < count || severityOf(level) <= severityOf(alert.level)) return;
      alert.level = level;
      alert.status = 'open';
      escalated = true;
    });
    return escalated;
  }

  #groupsOf(alert: Alert): Group[] {
    return this.#routes
      .branchesOf(alert.labels)
      .map((branch) => this.groups.get(groupKeyOf(branch, alert.labels)))
      .filter((group) => group !== undefined);
  }

  #addGroup(group: Group, change?: Change): Group {
    this.groups.set(group.key, group);
    change?.groups.add(group);
    return group;
  }

  #remember(id: string): void {
    this.seen.add(id);
    if (this.seen.size > this.#maxSeen) this.seen.delete(this.seen.values().next().value as string);
  }
}

function reasonOf(group: Group, firing: number, repeat: boolean): NotificationReason {
  if (firing === 0) return 'resolved';
  if (group.notifiedMs === undefined) return 'first';
  return repeat ? 'repeat' : 'update';
}

/** The id of a detection: the same for the same rule and event, wherever and how often it is raised. */
export function detectionId({
  kind,
  ruleId,
  event,
  eventTimeMs,
  correlation,
}: Detection): string | undefined {
  const identity =
    event.id ??
    (event.source !== undefined && event.line !== undefined ? `${event.source}:${event.line}` : undefined);
  if (identity === undefined) return undefined;
  const group = correlation ? [JSON.stringify(correlation.group)] : [];
  return derivedId(eventTimeMs ?? 0, [kind, ruleId, identity, ...group]);
}

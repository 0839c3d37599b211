import type { Alert } from './alert.ts';
import type { Change } from './change.ts';
import { dueMs, type Group, groupKeyOf, notificationOf, openGroup, setBack } from './group.ts';
import type { NotificationReason } from './notification.ts';
import type { Branch, RouteTree } from './route.ts';
import type { Suppression } from './suppression.ts';
import { Throttles } from './throttle.ts';

/** Where an alert goes: a branch of the routes, and the key of its group there. */
interface Place {
  readonly branch: Branch;
  readonly key: string;
}

/** Who is told of what, and when: the groups of all branches. */
export class Groups {
  readonly byKey = new Map<string, Group>();
  readonly figures = { suppressed: 0, throttled: 0 };
  readonly #routes: RouteTree;
  readonly #suppression: Suppression;
  readonly #alerts: ReadonlyMap<string, Alert>;
  readonly #throttles = new Throttles();
  /** Routes and an alert's labels stay as they are, so its places are found once. */
  readonly #places = new Map<string, readonly Place[]>();

  constructor(routes: RouteTree, suppression: Suppression, alerts: ReadonlyMap<string, Alert>) {
    this.#routes = routes;
    this.#suppression = suppression;
    this.#alerts = alerts;
  }

  /** News of an alert: told at once where its group is due, else with the group's next message. */
  tell(alert: Alert, escalated: boolean, nowMs: number, change: Change): void {
    const held = this.#suppression.holds(alert, nowMs, change);
    if (held) this.figures.suppressed++;
    for (const { branch, key } of this.#placesOf(alert)) {
      const group = this.byKey.get(key) ?? this.#add(openGroup(branch, alert, nowMs), change);
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

  /** Tells what is due, and forgets groups in which nothing is left. */
  tick(nowMs: number, change: Change): void {
    for (const group of [...this.byKey.values()]) {
      const branch = this.#routes.at(group.path) as Branch;
      setBack(group, branch, nowMs);
      if (dueMs(group, branch) <= nowMs) this.#flush(group, branch, undefined, nowMs, change);
      if (group.members.size > 0 || group.pending.size > 0) continue;
      this.byKey.delete(group.key);
      change.endGroup(group.key);
    }
  }

  /** Somebody has seen the alert: it is news no more. */
  acknowledged(alert: Alert, change: Change): void {
    for (const group of this.#groupsOf(alert)) if (group.pending.delete(alert.id)) change.group(group);
  }

  /** The alert has ended, which is news to its groups. */
  resolved(alert: Alert, change: Change): void {
    for (const group of this.#groupsOf(alert)) {
      group.members.delete(alert.id);
      if (group.pending.has(alert.id)) continue;
      group.pending.add(alert.id);
      change.pending.push([group.key, alert.id]);
    }
  }

  /** Tells at once of groups in which this was the last alert. */
  tellEnded(alert: Alert, nowMs: number, change: Change): void {
    for (const group of this.#groupsOf(alert)) {
      const branch = this.#routes.at(group.path) as Branch;
      if (group.members.size === 0 && group.pending.size > 0) {
        this.#flush(group, branch, undefined, nowMs, change);
      }
    }
  }

  /** Ids that a group has yet to tell of. */
  pending(): Set<string> {
    const pending = new Set<string>();
    for (const group of this.byKey.values()) for (const id of group.pending) pending.add(id);
    return pending;
  }

  /** The alert is known no more. */
  forget(id: string): void {
    this.#places.delete(id);
  }

  /** Takes back what could not be made durable. */
  undo({ flushed }: Change): void {
    for (const [group, before] of flushed) {
      group.notifiedMs = before.notifiedMs;
      for (const id of before.told) if (this.#alerts.has(id)) group.pending.add(id);
    }
  }

  /** Takes an alert out of its groups as if it had never been. */
  remove(alert: Alert): void {
    for (const group of this.#groupsOf(alert)) {
      group.members.delete(alert.id);
      group.pending.delete(alert.id);
      if (group.members.size === 0 && group.pending.size === 0) this.byKey.delete(group.key);
    }
    this.forget(alert.id);
  }

  /** Puts a group back as it was before a restart, unless its branch is gone. */
  restore(group: Group): void {
    if (this.#routes.at(group.path)) this.byKey.set(group.key, group);
  }

  /** After a restart: members follow from the alerts, and what the routes now say of them. */
  rebuild(open: Iterable<Alert>, nowMs: number): void {
    for (const group of this.byKey.values()) {
      group.members.clear();
      for (const id of group.pending) if (!this.#alerts.has(id)) group.pending.delete(id);
    }
    for (const alert of open) {
      for (const { branch, key } of this.#placesOf(alert)) {
        const known = this.byKey.get(key);
        const group = known ?? this.#add(openGroup(branch, alert, nowMs));
        group.members.add(alert.id);
        // The routes have changed: a group that nobody was told of has its first message to come.
        if (!known && alert.status === 'open') group.pending.add(alert.id);
      }
    }
  }

  /** The key of the first group that the alert belongs to. */
  keyOf(alert: Alert): string {
    return this.#placesOf(alert)[0]?.key ?? '';
  }

  #flush(
    group: Group,
    branch: Branch,
    asked: NotificationReason | undefined,
    nowMs: number,
    change: Change,
  ): void {
    const repeat = group.pending.size === 0;
    const told = this.#toTell(group, repeat, nowMs, change);
    const firing = told.filter(({ status }) => status !== 'resolved');
    // Resolved alerts are news only to those who have heard of the group, and only if they want to hear.
    const news =
      firing.length > 0 || (branch.sendResolved && group.notifiedMs !== undefined && told.length > 0);
    if (!news) {
      // Resolved alerts that nobody waits for are done with; what is held back stays, and is looked at again.
      for (const { id, status } of told) if (status === 'resolved') group.pending.delete(id);
      if (repeat && group.members.size > 0) group.notifiedMs = nowMs;
      change.group(group);
      return;
    }
    const freeMs = this.#throttles.take(branch, nowMs);
    if (freeMs > nowMs) {
      this.figures.throttled++;
      group.heldUntilMs = freeMs;
      change.group(group);
      return;
    }
    const ended = firing.length === 0 && !this.#anyOpen(group, nowMs, change);
    const reason = asked ?? reasonOf(group, ended, repeat);
    const before = change.flushed.get(group) ?? { notifiedMs: group.notifiedMs, told: [] };
    change.flushed.set(group, before);
    if (!repeat) for (const { id } of told) before.told.push(id);
    group.sequence++;
    group.notifiedMs = nowMs;
    for (const { id } of told) group.pending.delete(id);
    change.group(group);
    change.notifications.push(notificationOf(group, branch, told, reason, nowMs));
  }

  #toTell(group: Group, repeat: boolean, nowMs: number, change: Change): Alert[] {
    const told: Alert[] = [];
    for (const id of repeat ? group.members : group.pending) {
      const alert = this.#alerts.get(id);
      if (!alert || (repeat && alert.status !== 'open')) continue;
      if (!this.#suppression.holds(alert, nowMs, change)) told.push(alert);
    }
    return told;
  }

  /** Whether something in the group is open that nothing holds back: then it has not ended for those who watch it. */
  #anyOpen({ members }: Group, nowMs: number, change: Change): boolean {
    for (const id of members) {
      const alert = this.#alerts.get(id);
      if (alert && !this.#suppression.holds(alert, nowMs, change)) return true;
    }
    return false;
  }

  #placesOf(alert: Alert): readonly Place[] {
    const known = this.#places.get(alert.id);
    if (known) return known;
    const places = this.#routes
      .branchesOf(alert.labels)
      .map((branch) => ({ branch, key: groupKeyOf(branch, alert.labels) }));
    this.#places.set(alert.id, places);
    return places;
  }

  #groupsOf(alert: Alert): Group[] {
    return this.#placesOf(alert)
      .map(({ key }) => this.byKey.get(key))
      .filter((group) => group !== undefined);
  }

  #add(group: Group, change?: Change): Group {
    this.byKey.set(group.key, group);
    change?.group(group);
    return group;
  }
}

function reasonOf(group: Group, ended: boolean, repeat: boolean): NotificationReason {
  if (ended) return 'resolved';
  if (group.notifiedMs === undefined) return 'first';
  return repeat ? 'repeat' : 'update';
}

import type { Detection } from '../detect/detection.ts';
import { type Alert, openAlert } from './alert.ts';
import type { Change } from './change.ts';
import { timeOf } from './detection-id.ts';
import { type Escalation, escalated } from './escalation.ts';
import type { Group } from './group.ts';
import { Groups } from './groups.ts';
import type { Inhibition } from './inhibit.ts';
import { fingerprintOf, identityLabels } from './labels.ts';
import type { RouteTree } from './route.ts';
import { Seen } from './seen.ts';
import { Suppression } from './suppression.ts';

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
 * What is open, and since when: a state machine without clock, disk or network. Every step takes the time and a
 * {@link Change} to note down in what a restart needs to know.
 */
export class AlertBook {
  readonly alerts = new Map<string, Alert>();
  readonly groups: Groups;
  readonly seen: Seen;
  readonly figures = { duplicates: 0, evicted: 0 };
  readonly #suppression: Suppression;
  readonly #open = new Map<string, Alert>();
  readonly #escalate: readonly Escalation[];
  readonly #fingerprintBy: readonly string[];
  readonly #resolveAfterMs: number;
  readonly #maxAlerts: number;

  constructor(options: BookOptions) {
    this.#suppression = new Suppression(options.inhibit ?? []);
    this.groups = new Groups(options.routes, this.#suppression, this.alerts);
    this.seen = new Seen(options.maxSeen ?? 50_000);
    this.#escalate = options.escalate ?? [];
    this.#fingerprintBy = options.fingerprintBy ?? identityLabels;
    this.#resolveAfterMs = options.resolveAfterMs ?? 3_600_000;
    this.#maxAlerts = options.maxAlerts ?? 50_000;
  }

  get silences() {
    return this.#suppression.silences;
  }

  /** Open and acknowledged alerts. */
  get open(): number {
    return this.#open.size;
  }

  /** Whether this detection has been counted already. */
  counted(id: string): boolean {
    if (!this.seen.has(id)) return false;
    this.figures.duplicates++;
    return true;
  }

  /** Counts a detection that has not been counted, and gives the alert that it belongs to. */
  raise(detection: Detection, id: string, risk: number, nowMs: number, change: Change): Alert {
    this.seen.add(id);
    change.seen.push(id);
    const fingerprint = fingerprintOf(detection, this.#fingerprintBy);
    const alert = this.#open.get(fingerprint) ?? this.#openNew(detection, id, fingerprint, nowMs, change);
    alert.count++;
    alert.version++;
    alert.risk = risk;
    alert.lastMs = Math.max(alert.lastMs, timeOf(detection, nowMs));
    alert.seenMs = Math.max(alert.seenMs, nowMs);
    change.count(alert);
    const risen = this.#escalate.length > 0 && escalated(alert, this.#escalate, nowMs);
    if (risen) change.written.add(alert);
    if (alert.status !== 'acknowledged' || risen) this.groups.tell(alert, risen, nowMs, change);
    return alert;
  }

  /** What the clock brings about: alerts that went quiet, groups that are due. */
  tick(nowMs: number, change: Change): void {
    for (const alert of this.#open.values()) {
      // A clock that was set back: what was seen "later" counts from now, or it would stay open until that comes.
      if (alert.seenMs > nowMs) alert.seenMs = nowMs;
      if (this.#resolveAfterMs > 0 && alert.seenMs + this.#resolveAfterMs <= nowMs) {
        this.#resolve(alert, { nowMs }, change);
      }
    }
    this.groups.tick(nowMs, change);
    change.endedSilences.push(...this.silences.sweep(nowMs));
  }

  /** `false` where it is not open. */
  acknowledge(id: string, by: string, note: string | undefined, nowMs: number, change: Change): boolean {
    const alert = this.alerts.get(id);
    if (alert?.status !== 'open') return false;
    alert.status = 'acknowledged';
    alert.changedBy = by;
    alert.note = note;
    alert.seenMs = Math.max(alert.seenMs, nowMs);
    alert.version++;
    change.written.add(alert);
    this.groups.acknowledged(alert, change);
    return true;
  }

  /** `false` where there is none, or it has ended. */
  resolve(id: string, by: string, note: string | undefined, nowMs: number, change: Change): boolean {
    const alert = this.alerts.get(id);
    if (!alert || alert.status === 'resolved') return false;
    this.#resolve(alert, { by, note, nowMs }, change);
    this.groups.tellEnded(alert, nowMs, change);
    return true;
  }

  /** Forgets resolved alerts that no group has to tell of any more; `keep` says which the store has yet to take. */
  sweep(keep: (id: string) => boolean): string[] {
    let pending: Set<string> | undefined;
    const gone: string[] = [];
    if (this.alerts.size === this.#open.size) return gone;
    for (const [id, { status }] of this.alerts) {
      if (status !== 'resolved' || keep(id)) continue;
      pending ??= this.groups.pending();
      if (pending.has(id)) continue;
      this.forget(id);
      gone.push(id);
    }
    return gone;
  }

  forget(id: string): void {
    this.alerts.delete(id);
    this.groups.forget(id);
  }

  /**
   * Takes back a change that could not be made durable, so that raising it again counts it. What `later`, not yet
   * written, builds upon is written with it.
   */
  undo(change: Change, later: Change): void {
    for (const id of change.seen) this.seen.delete(id);
    for (const [alert, times] of change.touched) alert.count -= times;
    this.groups.undo(change);
    for (const alert of change.opened) {
      if (alert.count > 0) continue;
      this.#open.delete(alert.fingerprint);
      this.alerts.delete(alert.id);
      this.#suppression.inhibitions.resolved(alert.id, alert.labels);
      this.groups.remove(alert);
    }
    for (const alert of change.written) if (this.alerts.has(alert.id)) later.written.add(alert);
    for (const [key, group] of change.groups) if (this.groups.byKey.get(key) === group) later.group(group);
  }

  /** Puts an alert back as it was before a restart. */
  restoreAlert(alert: Alert): void {
    const { inhibitions } = this.#suppression;
    const known = this.alerts.get(alert.id);
    if (known) inhibitions.resolved(known.id, known.labels);
    this.alerts.set(alert.id, alert);
    if (alert.status === 'resolved') {
      if (this.#open.get(alert.fingerprint)?.id === alert.id) this.#open.delete(alert.fingerprint);
      return;
    }
    this.#open.set(alert.fingerprint, alert);
    inhibitions.opened(alert.id, alert.labels);
  }

  restoreGroup(group: Group): void {
    this.groups.restore(group);
  }

  rebuild(nowMs: number): void {
    this.groups.rebuild(this.#open.values(), nowMs);
  }

  #openNew(detection: Detection, id: string, fingerprint: string, nowMs: number, change: Change): Alert {
    if (this.#open.size >= this.#maxAlerts) {
      this.figures.evicted++;
      const [oldest] = this.#open.values();
      if (oldest) this.#resolve(oldest, { by: 'limit', note: 'too many open alerts', nowMs }, change);
    }
    const alert = openAlert(detection, { id, fingerprint }, nowMs);
    this.#open.set(fingerprint, alert);
    this.alerts.set(alert.id, alert);
    this.#suppression.inhibitions.opened(alert.id, alert.labels);
    change.opened.add(alert);
    change.written.add(alert);
    return alert;
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
    this.#suppression.inhibitions.resolved(alert.id, alert.labels);
    change.written.add(alert);
    this.groups.resolved(alert, change);
  }
}

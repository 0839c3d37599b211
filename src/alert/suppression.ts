import type { Alert } from './alert.ts';
import type { Change } from './change.ts';
import { type Inhibition, Inhibitions } from './inhibit.ts';
import { Silences } from './silence.ts';

/** What keeps an alert from being told of: a silence, or another alert that is open. */
export class Suppression {
  readonly silences = new Silences();
  readonly inhibitions: Inhibitions;

  constructor(inhibit: readonly Inhibition[]) {
    this.inhibitions = new Inhibitions(inhibit);
  }

  /** Whether the alert is held back now, written down where that is news. */
  holds(alert: Alert, nowMs: number, change: Change): boolean {
    const silence = this.silences.silencing(alert.labels, nowMs);
    const source = silence ? undefined : this.inhibitions.inhibiting(alert.id, alert.labels);
    const by = silence ? `silence:${silence}` : source ? `alert:${source}` : undefined;
    if (alert.suppressedBy !== by) {
      alert.suppressedBy = by;
      alert.version++;
      change.written.add(alert);
    }
    return by !== undefined;
  }
}

import type { Severity } from '../detect/detection.ts';
import { type Alert, severityOf } from './alert.ts';

/** An alert raised `count` times within `withinMs` becomes one of `level`, and is told of at once. */
export interface Escalation {
  readonly count: number;
  readonly withinMs: number;
  readonly level: Severity;
}

/** Counts the alert's windows on, and raises its level where one of them is full. */
export function escalated(alert: Alert, steps: readonly Escalation[], nowMs: number): boolean {
  let risen = false;
  for (let at = 0; at < steps.length; at++) {
    const { count, withinMs, level } = steps[at] as Escalation;
    let window = alert.windows[at];
    // A window that begins later is of a clock that was set back since.
    if (!window || window[0] > nowMs || nowMs - window[0] >= withinMs) {
      window = [nowMs, 0];
      alert.windows[at] = window;
    }
    window[1]++;
    if (window[1] < count || severityOf(level) <= severityOf(alert.level)) continue;
    alert.level = level;
    alert.status = 'open';
    risen = true;
  }
  return risen;
}

import type { StoredAlert } from '../store/index.ts';
import type { Alert } from './alert.ts';

/** What became of detections that were raised. */
export interface Raised {
  /** The alerts that the detections belong to, as they are when this is first read. */
  readonly alerts: readonly StoredAlert[];
  /** Those of them that did not exist before. */
  readonly opened: readonly StoredAlert[];
  /** Detections counted; the others were counted before, or lie below `minLevel`. */
  readonly counted: number;
  /** Messages on their way because of them. */
  readonly notifications: number;
}

/** Most callers never look at the alerts, so those are written out for the one who does. */
export class Outcome implements Raised {
  counted = 0;
  notifications = 0;
  readonly #stored: (alert: Alert) => StoredAlert;
  readonly #touched: Alert[] = [];
  readonly #new: Alert[] = [];
  #alerts: readonly StoredAlert[] | undefined;

  constructor(stored: (alert: Alert) => StoredAlert) {
    this.#stored = stored;
  }

  get alerts(): readonly StoredAlert[] {
    this.#alerts ??= Array.from(new Set(this.#touched), this.#stored);
    return this.#alerts;
  }

  get opened(): readonly StoredAlert[] {
    return this.#new.map(this.#stored);
  }

  count(alert: Alert): void {
    this.counted++;
    if (alert.count === 1) this.#new.push(alert);
    this.#touched.push(alert);
  }
}

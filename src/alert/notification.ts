import type { StoredAlert } from '../store/index.ts';
import type { Labels } from './labels.ts';

/** Why a group is told of. */
export type NotificationReason = 'first' | 'update' | 'repeat' | 'escalation' | 'resolved';

/** One message about one group of alerts to one receiver. */
export interface Notification {
  /** The same message always has the same key, over retries and restarts: receivers tell repeats by it. */
  readonly key: string;
  readonly receiver: string;
  /** Lasts from the first to the last message of a group: for threads and de-duplication. */
  readonly groupId: string;
  /** The values that the group has in common. */
  readonly labels: Labels;
  readonly status: 'firing' | 'resolved';
  readonly reason: NotificationReason;
  /** 1 for the first of the group, one more with each. */
  readonly sequence: number;
  readonly atMs: number;
  /** Highest level of what is open in it; where nothing is, of all. */
  readonly level: string;
  /** The alerts it tells of, what is open before what is resolved, the most severe first, `maxAlertsTold` at most. */
  readonly alerts: readonly StoredAlert[];
  /** How many there are, told or not. */
  readonly alertCount: number;
  /** Detections behind them. */
  readonly detectionCount: number;
}

export const maxAlertsTold = 20;

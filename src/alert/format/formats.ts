import type { Notification } from '../notification.ts';
import { toEcs } from './ecs.ts';
import { toOcsf } from './ocsf.ts';

/** `wolfsec`: the notification itself. `ocsf`, `ecs`: one finding or document an alert, as a list. */
export type Format = 'wolfsec' | 'ocsf' | 'ecs';

export function formatted(format: Format, notification: Notification): unknown {
  if (format === 'ocsf') return notification.alerts.map(toOcsf);
  if (format === 'ecs') return notification.alerts.map(toEcs);
  return notification;
}

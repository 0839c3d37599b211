import { redact } from '../../match/index.ts';
import type { Notification } from '../notification.ts';

/** The message with secrets (tokens, keys, card numbers) taken out of every text in it. */
export function redacted(notification: Notification): Notification {
  return withTexts(notification, redact);
}

/** The message with every text in it changed, but for those that are ours. */
export function withTexts(notification: Notification, change: (text: string) => string): Notification {
  return changed(notification, change) as Notification;
}

/** Texts that are ours, and would cost time to look through. */
const ours = new Set(['key', 'groupId', 'id', 'fingerprint', 'status', 'reason', 'level', 'kind']);

function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => changed(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, ours.has(name) ? inner : changed(inner, change)]),
  );
}

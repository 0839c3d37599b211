import { redact } from '../../match/index.ts';
import type { Notification } from '../notification.ts';

/** The message with secrets (tokens, keys, card numbers) taken out of every text in it. */
export function redacted(notification: Notification): Notification {
  return clean(notification) as Notification;
}

/** Texts that are ours, and would cost time to look through. */
const ours = new Set(['key', 'groupId', 'id', 'fingerprint', 'status', 'reason', 'level', 'kind']);

function clean(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, ours.has(name) ? inner : clean(inner)]),
  );
}

import type { Detection } from '../detect/detection.ts';
import { derivedId } from '../store/index.ts';

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
  const parts = [kind, ruleId, identity];
  if (correlation) parts.push(JSON.stringify(correlation.group));
  return derivedId(eventTimeMs ?? 0, parts);
}

/** A clock may be wrong by a zone; what is further ahead is no time of an event. */
const maxAheadMs = 86_400_000;

/**
 * When the event was, or now where it does not say or cannot be right. A log that anybody may write to could else tell
 * of a year at which nothing is swept, and stand before everything that is listed by time until then.
 */
export const timeOf = ({ eventTimeMs }: Detection, nowMs: number): number =>
  eventTimeMs !== undefined && Number.isFinite(eventTimeMs) && eventTimeMs <= nowMs + maxAheadMs
    ? eventTimeMs
    : nowMs;

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

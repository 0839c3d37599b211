import type { Detection } from '../detect/detection.ts';
import { type NewThreat, uuidv7At } from '../store/index.ts';
import { detectionId, timeOf } from './detection-id.ts';

/** A detection as the store keeps it. Without an id or a source and line, it gets a new id each time. */
export function threatOf(detection: Detection, nowMs: number, alertId?: string): NewThreat {
  const { kind, ruleId, title, level, tags, matched, entities, event, correlation } = detection;
  return {
    id: detectionId(detection) ?? uuidv7At(nowMs),
    ...(event.id === undefined ? {} : { eventId: event.id }),
    kind,
    ruleId,
    title,
    level,
    tags,
    matched,
    entities: entities ?? {},
    ...(event.source === undefined ? {} : { source: event.source }),
    ...(event.line === undefined ? {} : { line: event.line }),
    ...(correlation === undefined ? {} : { correlation }),
    ...(alertId === undefined ? {} : { alertId }),
    timeMs: timeOf(detection, nowMs),
  };
}

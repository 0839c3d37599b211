import { type Detection, type Severity, severities } from '../detect/detection.ts';
import { type AlertCounts, type AlertStatus, derivedId, type StoredAlert } from '../store/index.ts';
import { timeOf } from './detection-id.ts';
import { type Labels, labelsOf } from './labels.ts';

/** An alert as the book holds it: what is stored, and what deciding needs. */
export interface Alert {
  readonly id: string;
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly kind: string;
  readonly ruleId: string;
  readonly title: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly sample: Detection;
  readonly firstMs: number;
  level: Severity;
  status: AlertStatus;
  suppressedBy: string | undefined;
  count: number;
  lastMs: number;
  /** When it was last raised, by our clock. */
  seenMs: number;
  risk: number;
  changedBy: string | undefined;
  note: string | undefined;
  version: number;
  /** For each escalation step: when its window began, and how many came in it. */
  windows: [startMs: number, count: number][];
}

/** Longest text of a detection that is kept with its alert: as many alerts as there may be must have room in memory. */
const maxTextChars = 4_096;
/** A detection of this many characters has no text that is worth looking for. */
const smallChars = 2 * maxTextChars;

/** A detection as an alert keeps it. The event itself is kept in the store, and longer. */
function sampleOf(detection: Detection): Detection {
  const text = JSON.stringify(detection);
  if (text.length <= smallChars) return JSON.parse(text);
  return JSON.parse(text, (_, value) => (typeof value === 'string' ? cut(value, maxTextChars) : value));
}

/** What is longer ends in `…`. */
export const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

export function openAlert(
  detection: Detection,
  { id, fingerprint }: { id: string; fingerprint: string },
  nowMs: number,
): Alert {
  const timeMs = timeOf(detection, nowMs);
  // A copy: V8 gives objects of a place whose first thousand live long a place among the old ones, and then every
  // detection of a caller would be collected late, with all that it refers to.
  const sample = sampleOf(detection);
  return {
    // From the first detection, so that the same one raised again after a crash opens the same alert.
    id: derivedId(detection.eventTimeMs ?? nowMs, [fingerprint, id]),
    fingerprint,
    labels: labelsOf(sample),
    kind: detection.kind,
    ruleId: detection.ruleId,
    title: detection.title,
    entities: sample.entities ?? {},
    tags: sample.tags,
    sample,
    firstMs: timeMs,
    level: detection.level,
    status: 'open',
    suppressedBy: undefined,
    count: 0,
    lastMs: timeMs,
    seenMs: nowMs,
    risk: 0,
    changedBy: undefined,
    note: undefined,
    version: 0,
    windows: [],
  };
}

export const severityOf = (level: string) => Math.max(0, severities.indexOf(level as Severity));

export const toCounts = ({ id, count, lastMs, risk, seenMs, version }: Alert): AlertCounts => ({
  id,
  count,
  lastMs,
  risk,
  updatedMs: seenMs,
  version,
});

export function toStored(alert: Alert, groupKey: string): StoredAlert {
  return {
    id: alert.id,
    fingerprint: alert.fingerprint,
    groupKey,
    kind: alert.kind,
    ruleId: alert.ruleId,
    title: alert.title,
    level: alert.level,
    severity: severityOf(alert.level),
    status: alert.status,
    ...(alert.suppressedBy === undefined ? {} : { suppressedBy: alert.suppressedBy }),
    count: alert.count,
    firstMs: alert.firstMs,
    lastMs: alert.lastMs,
    risk: alert.risk,
    entities: alert.entities,
    tags: alert.tags,
    sample: alert.sample,
    ...(alert.changedBy === undefined ? {} : { changedBy: alert.changedBy }),
    ...(alert.note === undefined ? {} : { note: alert.note }),
    updatedMs: alert.seenMs,
    version: alert.version,
  };
}

import type { Registry } from '../metrics/index.ts';
import type { Level, Logsource, Pipeline, RuleSource, Status } from '../rule/index.ts';
import type { CorrelatorLimits } from './correlate/correlator.ts';
import type { CorrelationHit } from './correlate/router.ts';
import type { Detection } from './detection.ts';
import type { LineFault } from './fault.ts';

/** Settings of {@link ThreatDetector}. */
export interface ThreatDetectorOptions {
  /** Files, folders or globs of rules, or rules already read. */
  readonly rules: string | readonly string[] | readonly RuleSource[];
  /** Field pipelines that the rules pass through. Default none. */
  readonly pipelines?: readonly Pipeline[];
  /** Lowest level that is loaded. Default `informational`. */
  readonly minLevel?: Level;
  /** Statuses that are loaded. Default `stable`, `test`, `experimental`. */
  readonly statuses?: readonly Status[];
  /** Folder for compiled rules, so that the next start is faster. Default none. */
  readonly cacheFolder?: string;
  /** Bounds of correlation memory. */
  readonly correlation?: Partial<CorrelatorLimits>;
  /**
   * Hands hits that correlations count out in {@link BatchResult.hits} instead of counting them: for a fleet, in which
   * the hits of one group come together elsewhere. See {@link ThreatDetector.correlator}. Default `false`.
   */
  readonly correlateApart?: boolean;
  /** Where figures are shown, as `wolfsec_detect_…`; detectors of one registry add up. Default: nowhere. */
  readonly registry?: Registry;
  /** Default: the back end in use, see `backend()`. */
  readonly backend?: 'native' | 'portable';
  /** Time for events that tell none, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** What one call may say about its events. */
export interface DetectOptions {
  /** Which log the events come from. Default: each event is recognised by its fields. */
  readonly logsource?: Logsource;
  /** File, subject or listener, for the detections' event references. */
  readonly source?: string;
  /** Line of the source at which the batch begins, from 1. Default 1. */
  readonly firstLine?: number;
  /** Maps a line of the batch to a line of the source, from 1; instead of `firstLine`. */
  readonly lineOf?: (batchLine: number) => number;
  /** Where a line of a batch put together from several sources stands; instead of `source`, `firstLine`, `lineOf`. */
  readonly placeOf?: (batchLine: number) => EventPlace;
  /** Whether correlations count the events; not where they were counted before. Default true. */
  readonly correlate?: boolean;
}

/** Where an event came from, and when. */
export interface EventPlace {
  readonly source: string;
  /** From 1. */
  readonly line: number;
  /** Time for an event that tells none, in milliseconds since the epoch. Default: the detector's `now`. */
  readonly timeMs?: number;
}

/** What a batch gave. */
export interface BatchResult {
  /** How many lines were events. */
  readonly events: number;
  /** By event and rule; a correlation stands behind the detection that completed it. */
  readonly detections: readonly Detection[];
  /** Lines that are not events. */
  readonly faults: readonly LineFault[];
  /** The events that detections refer to, as they came, by their index. */
  readonly texts: ReadonlyMap<number, string>;
  /** With `correlateApart`: what correlations have to count. */
  readonly hits?: readonly CorrelationHit[];
}

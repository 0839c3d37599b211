export {
  builtInPipelines,
  type Level,
  type Logsource,
  type Pipeline,
  parsePipeline,
  type RefusedRule,
  type RuleMeta,
  type RuleSource,
  readRuleSources,
  type Status,
} from '../rule/index.ts';
export type { Correlator, CorrelatorFigures, CorrelatorLimits } from './correlate/correlator.ts';
export type { CorrelationHit, RuleHit } from './correlate/router.ts';
export {
  type Detection,
  type DetectionKind,
  type EventReference,
  type MatchedField,
  type Severity,
  severities,
} from './detection.ts';
export { ThreatDetector } from './detector.ts';
export type { LineFault } from './fault.ts';
export type { BatchResult, DetectOptions, EventPlace, ThreatDetectorOptions } from './options.ts';

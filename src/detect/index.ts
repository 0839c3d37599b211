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
export {
  type BatchResult,
  type DetectOptions,
  type EventPlace,
  ThreatDetector,
  type ThreatDetectorOptions,
} from './detector.ts';
export type { LineFault } from './fault.ts';

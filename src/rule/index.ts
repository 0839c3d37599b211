export { compileProgram } from './compile.ts';
export type { CorrelationRule, CorrelationType } from './correlation.ts';
export { positionOf, type RuleDocument, type RuleSource } from './document.ts';
export { type NodePath, type RefusedRule, refusedError } from './fault.ts';
export { type RuleFile, readRuleFiles, readRuleSources, ruleFiles, sourceOf } from './load.ts';
export { builtInPipelines, type Pipeline, parsePipeline } from './pipeline/index.ts';
export {
  type DetectionRule,
  type Level,
  type Logsource,
  levels,
  type RuleMeta,
  type Status,
} from './rule.ts';
export { parseRuleSet, type ReadRule, type RuleSet, type RuleSetOptions } from './rule-set.ts';
export { pathsOf } from './taxonomy/paths.ts';

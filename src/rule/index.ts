export { compileProgram } from './compile.ts';
export type { CorrelationRule } from './correlation.ts';
export { positionOf, type RuleSource } from './document.ts';
export type { NodePath, RefusedRule } from './fault.ts';
export { type RuleFile, readRuleFiles, readRuleSources } from './load.ts';
export { builtInPipelines, type Pipeline, parsePipeline } from './pipeline/index.ts';
export type { DetectionRule, Level, Logsource, RuleMeta, Status } from './rule.ts';
export { parseRuleSet, type ReadRule, type RuleSetOptions } from './rule-set.ts';
export { pathsOf } from './taxonomy/paths.ts';

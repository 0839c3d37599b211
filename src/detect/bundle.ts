import {
  type CorrelationRule,
  compileProgram,
  type DetectionRule,
  type Logsource,
  parseRuleSet,
  type RefusedRule,
  type RuleSetOptions,
  type RuleSource,
} from '../rule/index.ts';
import { type BundledRule, RuleTable } from './rule-table.ts';

/** Rules ready to be evaluated: what the cache on disk holds. */
export interface RuleBundle {
  /** The rule program as JSON, ready for a back end. */
  readonly program: Uint8Array;
  readonly slotNames: readonly string[];
  readonly logsources: readonly Logsource[];
  readonly rules: RuleTable;
  readonly correlations: readonly CorrelationRule[];
  readonly refused: readonly RefusedRule[];
  /** How many rules the options left out. */
  readonly skipped: number;
}

export function makeBundle(sources: readonly RuleSource[], options: RuleSetOptions): RuleBundle {
  const set = parseRuleSet(sources, options);
  const program = compileProgram(set.detections);
  return {
    program: Buffer.from(JSON.stringify(program)),
    slotNames: program.slots.map(({ name }) => name),
    logsources: program.logsources,
    rules: RuleTable.of(set.detections.map(withoutExpression)),
    correlations: set.correlations,
    refused: set.refused,
    skipped: set.skipped,
  };
}

function withoutExpression({ expression: _, kind: __, ...rest }: DetectionRule): BundledRule {
  return rest;
}

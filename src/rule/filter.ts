import { parseCondition } from './condition.ts';
import { and, type Expression, not } from './expression.ts';
import { invalid } from './fault.ts';
import type { Placeholders } from './modifier.ts';
import {
  type DetectionRule,
  type Logsource,
  mapAt,
  parseLogsource,
  parseMeta,
  type RuleMeta,
  type YamlMap,
} from './rule.ts';
import { parseSelections } from './selection.ts';

export interface FilterRule extends RuleMeta {
  readonly kind: 'filter';
  readonly logsource: Logsource;
  /** Ids or names of the rules it tunes; `any` for every rule of its logsource. */
  readonly rules: readonly string[] | 'any';
  /** What an event must fulfil besides for the rule to hold. */
  readonly keep: Expression;
}

/**
 * Reads a filter (Sigma Filters specification 2.1): an event for which its condition holds is suppressed.
 *
 * A condition of negations alone is widely written in the other sense, as what must hold besides; since
 * suppressing all but a few events is never meant, it is taken that way.
 *
 * @throws {RuleFault} with the path of the node at fault.
 */
export function parseFilter(document: YamlMap, file: string, placeholders: Placeholders): FilterRule {
  const meta = parseMeta(document, file);
  const filter = mapAt(document, ['filter']);
  const selections = parseSelections(filter, ['filter'], placeholders);
  if (typeof filter.condition !== 'string') throw invalid('a filter needs a condition', ['filter']);
  const condition = parseCondition(filter.condition, selections, ['filter', 'condition']);
  const rules = filter.rules;
  const listed = Array.isArray(rules) ? rules.map(String) : typeof rules === 'string' ? [rules] : undefined;
  if (listed === undefined || listed.length === 0) {
    throw invalid('a filter names the rules it is for', ['filter']);
  }
  return {
    kind: 'filter',
    ...meta,
    logsource: parseLogsource(document),
    rules: listed.length === 1 && listed[0]?.toLowerCase() === 'any' ? 'any' : listed,
    keep: isNegative(condition) ? condition : not(condition),
  };
}

const isNegative = (condition: Expression): boolean =>
  condition.kind === 'and' || condition.kind === 'or'
    ? condition.of.every(isNegative)
    : condition.kind === 'not';

/** The rule with every filter that is meant for it. */
export function applyFilters(rule: DetectionRule, filters: readonly FilterRule[]): DetectionRule {
  const meant = filters.filter(
    (filter) =>
      (filter.rules === 'any' ||
        filter.rules.includes(rule.id) ||
        filter.rules.includes(rule.name ?? rule.id)) &&
      covers(filter.logsource, rule.logsource),
  );
  if (meant.length === 0) return rule;
  return { ...rule, expression: and([rule.expression, ...meant.map((filter) => filter.keep)]) };
}

/** Whether each part that `wide` names is the same in `narrow`. */
export function covers(wide: Logsource, narrow: Logsource): boolean {
  return (['product', 'category', 'service'] as const).every(
    (part) => wide[part] === undefined || wide[part] === narrow[part],
  );
}

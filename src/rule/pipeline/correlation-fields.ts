import type { CorrelationRule } from '../correlation.ts';
import { type Expression, type Matcher, test } from '../expression.ts';
import type { DetectionRule } from '../rule.ts';
import { type Pipeline, transformThrough } from './pipeline.ts';

/**
 * The correlation with its fields under the names that pipelines give them in the rules it is over, as aliases: its
 * own names would be looked for in events that do not have them.
 *
 * @param ruleOf the rule of a name or id as it was before the pipelines.
 */
export function mapCorrelation(
  rule: CorrelationRule,
  pipelines: readonly Pipeline[],
  ruleOf: (reference: string) => DetectionRule | undefined,
): CorrelationRule {
  if (pipelines.length === 0) return rule;
  const aliases = new Map(Object.entries(rule.aliases));
  for (const reference of rule.rules) {
    const below = ruleOf(reference);
    if (!below) continue;
    for (const name of [...rule.groupBy, ...rule.fields]) {
      const fields = aliases.get(name) ?? {};
      const known = Object.keys(fields).find((each) => ruleOf(each) === below);
      const field = known === undefined ? name : (fields[known] as string);
      const mapped = fieldBehind(field, below, pipelines);
      if (mapped !== field) aliases.set(name, { ...fields, [known ?? reference]: mapped });
    }
  }
  return { ...rule, aliases: Object.fromEntries(aliases) };
}

/** What a field of the rule is called behind the pipelines; of several names the first. */
function fieldBehind(field: string, rule: DetectionRule, pipelines: readonly Pipeline[]): string {
  const mark: Matcher = { kind: 'present' };
  const behind = transformThrough({ ...rule, expression: test(field, mark) }, pipelines);
  return (behind && fieldOf(behind.expression, mark)) ?? field;
}

function fieldOf(expression: Expression, mark: Matcher): string | undefined {
  if (expression.kind === 'test') return expression.matcher === mark ? expression.field : undefined;
  const parts = expression.kind === 'not' ? [expression.of] : expression.of;
  for (const part of parts) {
    const found = fieldOf(part, mark);
    if (found !== undefined) return found;
  }
  return undefined;
}

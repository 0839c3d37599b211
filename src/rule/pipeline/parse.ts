import { load, YAMLException } from 'js-yaml';
import { WolfsecError } from '../../errors.ts';
import { and, anyField, type Expression, mapTests, not, or, type TextPattern, test } from '../expression.ts';
import { RuleFault, unsupported } from '../fault.ts';
import { anyPlaceholder, itemExpression } from '../modifier.ts';
import type { DetectionRule, Logsource } from '../rule.ts';
import type { Pipeline, Transformation } from './pipeline.ts';

type YamlRecord = Record<string, unknown>;

/**
 * Reads a processing pipeline in pySigma's YAML form.
 *
 * Transformations: `field_name_mapping`, `field_name_prefix_mapping`, `add_field_name_prefix`,
 * `add_field_name_suffix`, `replace_string`, `map_string`, `value_placeholders`, `wildcard_placeholders`,
 * `change_logsource`, `add_condition`, `drop_detection_item`, `rule_failure`, `drop_rule`. Rule conditions:
 * `logsource`, `is_sigma_rule`, `tag`; field name conditions: `include_fields`, `exclude_fields`.
 *
 * @throws {WolfsecError} `WOLFSEC_PIPELINE_INVALID` naming the item at fault.
 */
export function parsePipeline(text: string, file = 'pipeline'): Pipeline {
  let document: unknown;
  try {
    document = load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw fault(file, `not valid YAML: ${error.reason}`);
  }
  if (!isMap(document)) throw fault(file, 'a pipeline is a map');
  const items = document.transformations ?? [];
  if (!Array.isArray(items)) throw fault(file, 'transformations must be a list');
  const vars = document.vars ?? {};
  if (!isMap(vars)) throw fault(file, 'vars must be a map');
  const priority = document.priority ?? 0;
  if (typeof priority !== 'number') throw fault(file, 'priority must be a number');
  const placeholders: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(vars)) {
    placeholders[name] = (Array.isArray(values) ? values : [values]).map(String);
  }
  return {
    name: String(document.name ?? file),
    priority,
    placeholders: { ...wildcards(items), ...placeholders },
    transformations: items.map((item, index) => {
      if (!isMap(item)) throw fault(file, `transformation ${index} must be a map`);
      return transformation(item, (message) =>
        fault(file, `transformation ${index} (${item.type}): ${message}`),
      );
    }),
  };
}

/** Rules are read before it is known which a transformation is for: where that depends, none is widened. */
function wildcards(items: readonly unknown[]): Record<string, string[]> {
  const names = items.filter(isMap).flatMap((item) => {
    if (item.type !== 'wildcard_placeholders' || item.rule_conditions || item.exclude) return [];
    return item.include === undefined ? [anyPlaceholder] : asList(item.include).map(String);
  });
  return Object.fromEntries(names.map((name) => [name, ['*']]));
}

const isMap = (value: unknown): value is YamlRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fault = (file: string, message: string) =>
  new WolfsecError('WOLFSEC_PIPELINE_INVALID', message, { location: { file } });

type Fail = (message: string) => WolfsecError;

function transformation(item: YamlRecord, fail: Fail): Transformation {
  const applies = ruleCondition(item, fail);
  const field = fieldCondition(item, fail);
  const change = changeOf(item, field, fail);
  return (rule) => (applies(rule) ? change(rule) : rule);
}

function ruleCondition(item: YamlRecord, fail: Fail): (rule: DetectionRule) => boolean {
  const conditions = asList(item.rule_conditions).map((condition) => {
    if (!isMap(condition)) throw fail('a rule condition must be a map');
    switch (condition.type) {
      case 'logsource':
        return (rule: DetectionRule) =>
          (['product', 'category', 'service'] as const).every(
            (part) => condition[part] === undefined || lower(condition[part]) === rule.logsource[part],
          );
      case 'tag':
        return (rule: DetectionRule) => rule.tags.includes(String(condition.tag));
      case 'is_sigma_rule':
        return () => true;
      default:
        throw fail(`the rule condition "${condition.type}" is not known`);
    }
  });
  if (conditions.length === 0) return () => true;
  const any = item.rule_cond_op === 'or';
  const negated = item.rule_cond_not === true;
  return (rule) => {
    const holds = any ? conditions.some((each) => each(rule)) : conditions.every((each) => each(rule));
    return holds !== negated;
  };
}

function fieldCondition(item: YamlRecord, fail: Fail): (field: string) => boolean {
  const conditions = asList(item.field_name_conditions).map((condition) => {
    if (!isMap(condition)) throw fail('a field name condition must be a map');
    const fields = asList(condition.fields).map(String);
    if (condition.type === 'include_fields') return (field: string) => fields.includes(field);
    if (condition.type === 'exclude_fields') return (field: string) => !fields.includes(field);
    throw fail(`the field name condition "${condition.type}" is not known`);
  });
  const any = item.field_name_cond_op === 'or';
  return (field) =>
    conditions.length === 0 ||
    (any ? conditions.some((each) => each(field)) : conditions.every((each) => each(field)));
}

const asList = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** Parts of logsources are compared without case, and kept in lower case in rules. */
const lower = (part: unknown): string => String(part).toLowerCase();

const own = (map: YamlRecord, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);

type Change = (rule: DetectionRule) => DetectionRule | undefined;

function changeOf(item: YamlRecord, applies: (field: string) => boolean, fail: Fail): Change {
  switch (item.type) {
    case 'field_name_mapping': {
      const mapping = mapOf(item.mapping, fail);
      return renameFields((field) => (applies(field) ? asList(own(mapping, field)).map(String) : []));
    }
    case 'field_name_prefix_mapping': {
      const mapping = Object.entries(mapOf(item.mapping, fail));
      return renameFields((field) => {
        const found = applies(field) ? mapping.find(([prefix]) => field.startsWith(prefix)) : undefined;
        return found ? asList(found[1]).map((to) => String(to) + field.slice(found[0].length)) : [];
      });
    }
    case 'add_field_name_prefix':
      return renameFields((field) => (applies(field) ? [String(item.prefix) + field] : []));
    case 'add_field_name_suffix':
      return renameFields((field) => (applies(field) ? [field + String(item.suffix)] : []));
    case 'replace_string': {
      const regex = regexOf(item.regex, fail);
      // A dollar sign is plain in pySigma, where groups are written with a backslash.
      const replacement = String(item.replacement ?? '')
        .replaceAll('$', '$$$$')
        .replace(/\\(\d)/g, '$$$1');
      return changeTexts(applies, (pattern) => [
        { ...pattern, text: pattern.text.replace(regex, replacement) },
      ]);
    }
    case 'map_string': {
      const mapping = mapOf(item.mapping, fail);
      return changeTexts(applies, (pattern) => {
        const to = own(mapping, pattern.text);
        return to === undefined ? [pattern] : asList(to).map((text) => ({ ...pattern, text: String(text) }));
      });
    }
    case 'change_logsource': {
      const logsource: Logsource = Object.fromEntries(
        (['product', 'category', 'service'] as const).flatMap((part) =>
          item[part] === undefined ? [] : [[part, lower(item[part])]],
        ),
      );
      return (rule) => ({ ...rule, logsource });
    }
    case 'add_condition': {
      const items = Object.entries(mapOf(item.conditions, fail)).map(([key, value]) =>
        conditionOf(key, value, fail),
      );
      const added = item.negated === true ? [not(and(items))] : items;
      return (rule) => ({ ...rule, expression: { kind: 'and', of: [...added, rule.expression] } });
    }
    case 'drop_detection_item':
      return (rule) => {
        const expression = dropFields(rule.expression, applies);
        return expression && { ...rule, expression };
      };
    case 'drop_rule':
      return () => undefined;
    case 'rule_failure':
      return () => {
        throw unsupported(String(item.message ?? 'refused by a pipeline'));
      };
    case 'value_placeholders':
    case 'wildcard_placeholders':
    case 'set_state':
      // Values of placeholders are put in as rules are read.
      return (rule) => rule;
    default:
      throw fail('the type is not known');
  }
}

/** A line as rules have them, modifiers and wildcards included. */
function conditionOf(key: string, value: unknown, fail: Fail): Expression {
  try {
    return itemExpression(key, value, [], {});
  } catch (error) {
    if (error instanceof RuleFault) throw fail(error.message);
    throw error;
  }
}

function regexOf(source: unknown, fail: Fail): RegExp {
  if (typeof source !== 'string') throw fail('needs a regex');
  try {
    return new RegExp(source, 'g');
  } catch (error) {
    throw fail(`the regular expression is not valid: ${(error as Error).message}`);
  }
}

function mapOf(value: unknown, fail: Fail): YamlRecord {
  if (!isMap(value)) throw fail('needs a map');
  return value;
}

function renameFields(rename: (field: string) => readonly string[]): Change {
  return (rule) => ({
    ...rule,
    expression: mapTests(rule.expression, (field, matcher) => {
      const to = field === anyField ? [] : rename(field);
      if (matcher.kind === 'field') {
        const other = rename(matcher.other)[0] ?? matcher.other;
        return test(to[0] ?? field, { ...matcher, other });
      }
      return to.length === 0 ? test(field, matcher) : or(to.map((name) => test(name, matcher)));
    }),
  });
}

function changeTexts(
  applies: (field: string) => boolean,
  change: (pattern: TextPattern) => readonly TextPattern[],
): Change {
  return (rule) => ({
    ...rule,
    expression: mapTests(rule.expression, (field, matcher) =>
      matcher.kind === 'text' && applies(field)
        ? test(field, { kind: 'text', patterns: matcher.patterns.flatMap(change) })
        : test(field, matcher),
    ),
  });
}

/** The expression without tests of the fields; `undefined` where nothing is left. */
function dropFields(expression: Expression, drops: (field: string) => boolean): Expression | undefined {
  switch (expression.kind) {
    case 'test':
      return expression.field !== anyField && drops(expression.field) ? undefined : expression;
    case 'not': {
      const of = dropFields(expression.of, drops);
      return of && { kind: 'not', of };
    }
    default: {
      const of = expression.of.flatMap((each) => dropFields(each, drops) ?? []);
      if (of.length === 0) return undefined;
      if (expression.kind === 'atLeast')
        return { ...expression, of, count: Math.min(expression.count, of.length) };
      return of.length === 1 ? of[0] : { ...expression, of };
    }
  }
}

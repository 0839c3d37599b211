import { parseCondition } from './condition.ts';
import { type Expression, test } from './expression.ts';
import { invalid, type NodePath } from './fault.ts';
import { mapAt, parseMeta, type RuleMeta, type YamlMap } from './rule.ts';

const metricTypes = [
  'value_sum',
  'value_avg',
  'value_min',
  'value_max',
  'value_median',
  'value_percentile',
] as const;
const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  ...metricTypes,
] as const;
type CorrelationType = (typeof correlationTypes)[number];

const bounds = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
export type Bound = (typeof bounds)[number];

export interface CorrelationRule extends RuleMeta {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Ids or names of the rules it is over, in order. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** Bounds of the count or metric; all hold together. Empty for temporal rules without one. */
  readonly bounds: readonly { readonly bound: Bound; readonly value: number }[];
  /** Temporal rules with a boolean condition: over tests whose field is a rule's name. */
  readonly expression?: Expression;
  /** Field(s) whose values are counted or measured. */
  readonly fields: readonly string[];
  /**
   * `value_percentile`: which one, 0 to 100; without, the figure is the share that the newest hit's value has among the
   * values of the window, in percent.
   */
  readonly percentile?: number;
  /** Alias → rule → field. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether the rules it is over raise detections of their own too. */
  readonly generate: boolean;
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Reads a correlation rule (Sigma Correlation Rules specification 2.1).
 *
 * @throws {RuleFault} with the path of the node at fault.
 */
export function parseCorrelationRule(document: YamlMap, file: string): CorrelationRule {
  const meta = parseMeta(document, file);
  const raw = mapAt(document, ['correlation']);
  const type = correlationTypes.find((each) => each === raw.type);
  if (!type) {
    throw invalid(`correlation.type must be one of ${correlationTypes.join(', ')}`, ['correlation', 'type']);
  }
  const rules = rulesOf(raw);
  if (rules.length === 0) throw invalid('a correlation needs rules', ['correlation']);
  const condition = conditionOf(raw.condition, type, rules);
  const aliases = aliasesOf(raw.aliases);
  return {
    kind: 'correlation',
    ...meta,
    type,
    rules,
    groupBy: strings(raw['group-by'], 'group-by'),
    timespanMs: timespan(raw.timespan),
    ...condition,
    aliases,
    generate: (raw.generate ?? document.generate) === true,
  };
}

/** The rules listed; those that a boolean condition names where none are. */
function rulesOf({ rules, condition }: YamlMap): string[] {
  if (rules !== undefined || typeof condition !== 'string') return strings(rules, 'rules');
  const words = condition.match(/[^\s()]+/g) ?? [];
  return [...new Set(words.filter((word) => !/^(and|or|not)$/i.test(word)))];
}

function timespan(value: unknown): number {
  const parsed = /^(\d+)([smhdw])$/.exec(String(value));
  const spanMs = parsed ? Number(parsed[1]) * (unitMs[parsed[2] as string] as number) : 0;
  if (!(spanMs > 0)) {
    throw invalid('correlation.timespan is a number and s, m, h or d, e.g. 10m', ['correlation', 'timespan']);
  }
  return spanMs;
}

function strings(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.some((each) => typeof each !== 'string')) {
    throw invalid(`correlation.${name} must be a list of strings`, ['correlation', name]);
  }
  return list as string[];
}

type Condition = Pick<CorrelationRule, 'bounds' | 'fields' | 'percentile' | 'expression'>;

function conditionOf(value: unknown, type: CorrelationType, rules: readonly string[]): Condition {
  const path = ['correlation', 'condition'];
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  const none = { bounds: [], fields: [] };
  if (value === undefined || value === null) {
    if (temporal) return none;
    throw invalid(`a ${type} correlation needs a condition`, ['correlation']);
  }
  if (typeof value === 'string') {
    if (!temporal) throw invalid(`the condition of a ${type} correlation is a map such as gte: 10`, path);
    const named = new Map(rules.map((rule) => [rule, test(rule, { kind: 'present' })]));
    return { ...none, expression: parseCondition(value, named, path) };
  }
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('the condition must be a map', path);
  const map = value as Record<string, unknown>;
  const found = bounds
    .filter((bound) => map[bound] !== undefined)
    .map((bound) => ({ bound, value: numberAt(map, bound, path) }));
  if (found.length === 0) throw invalid(`the condition needs one of ${bounds.join(', ')}`, path);
  const unknown = Object.keys(map).find((key) => ![...bounds, 'field', 'percentile'].includes(key));
  if (unknown !== undefined) throw invalid(`"${unknown}" is not known in a condition`, [...path, unknown]);
  const fields = strings(map.field, 'condition.field');
  if (type.startsWith('value_') && fields.length === 0) {
    throw invalid(`a ${type} correlation needs condition.field`, path);
  }
  if (map.percentile === undefined) return { bounds: found, fields };
  const percentile = numberAt(map, 'percentile', path);
  if (type !== 'value_percentile') {
    throw invalid('"percentile" is for value_percentile alone', [...path, 'percentile']);
  }
  if (!(percentile >= 0 && percentile <= 100)) {
    throw invalid('a percentile lies between 0 and 100', [...path, 'percentile']);
  }
  return { bounds: found, fields, percentile };
}

/** Nothing at all is no number, though JavaScript takes it for 0. */
function numberAt(map: YamlMap, name: string, path: NodePath): number {
  const value = map[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw invalid(`"${name}" takes a number`, [...path, name]);
}

function aliasesOf(value: unknown): Record<string, Record<string, string>> {
  if (value === undefined || value === null) return {};
  const isMap = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each);
  if (!isMap(value) || !Object.values(value as object).every(isMap)) {
    throw invalid('correlation.aliases maps an alias to rule names and fields', ['correlation', 'aliases']);
  }
  const aliases = value as Record<string, Record<string, string>>;
  for (const [alias, fields] of Object.entries(aliases)) {
    const wrong = Object.keys(fields).find((rule) => typeof fields[rule] !== 'string');
    if (wrong === undefined) continue;
    const path = ['correlation', 'aliases', alias, wrong];
    throw invalid(`the alias ${alias} names one field for ${wrong}`, path);
  }
  return aliases;
}

import type { Logsource } from '../backend/contract/rule.ts';
import { parseCondition } from './condition.ts';
import { type Expression, or } from './expression.ts';
import { invalid, type NodePath } from './fault.ts';
import type { Placeholders } from './modifier.ts';
import { parseSelections } from './selection.ts';

/** Sigma levels, lowest first. */
export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
/** How grave a rule holds a match to be. */
export type Level = (typeof levels)[number];
const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
/** How mature a rule is. */
export type Status = (typeof statuses)[number];

export type { Logsource };

/** What rules of every kind tell of themselves. */
export interface RuleMeta {
  /** The rule's id; its name or title where it has none. */
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  readonly description?: string;
  readonly level: Level;
  readonly status: Status;
  readonly tags: readonly string[];
  readonly author?: string;
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  readonly related: readonly { readonly id: string; readonly type: string }[];
  readonly file: string;
}

export interface DetectionRule extends RuleMeta {
  readonly kind: 'detection';
  readonly logsource: Logsource;
  readonly expression: Expression;
}

export type YamlMap = Readonly<Record<string, unknown>>;

/**
 * Reads a detection rule (Sigma specification 2.1).
 *
 * @throws {RuleFault} with the path of the node at fault.
 */
export function parseDetectionRule(
  document: YamlMap,
  file: string,
  placeholders: Placeholders,
): DetectionRule {
  const meta = parseMeta(document, file);
  const detection = mapAt(document, ['detection']);
  const selections = parseSelections(detection, ['detection'], placeholders);
  const condition = detection.condition;
  const conditions = Array.isArray(condition) ? condition : [condition];
  if (condition === undefined || conditions.length === 0) {
    throw invalid('a detection needs a condition', ['detection']);
  }
  const expressions = conditions.map((each, index) => {
    const path = ['detection', 'condition', ...(Array.isArray(condition) ? [index] : [])];
    if (typeof each !== 'string') throw invalid('a condition must be a string', path);
    return parseCondition(each, selections, path);
  });
  return { kind: 'detection', ...meta, logsource: parseLogsource(document), expression: or(expressions) };
}

export function parseLogsource(document: YamlMap): Logsource {
  const raw = mapAt(document, ['logsource']);
  const part = (name: string) => {
    const value = raw[name];
    if (value === undefined || value === null) return {};
    if (typeof value !== 'string') throw invalid(`logsource.${name} must be a string`, ['logsource', name]);
    return { [name]: value.toLowerCase() };
  };
  return { ...part('product'), ...part('category'), ...part('service') };
}

export function parseMeta(document: YamlMap, file: string): RuleMeta {
  const title = textAt(document, 'title');
  if (title === undefined) throw invalid('a rule needs a title');
  if (title.length > 256) throw invalid('a title has at most 256 characters', ['title']);
  const name = textAt(document, 'name');
  const description = textAt(document, 'description');
  const author = textAt(document, 'author');
  return {
    id: textAt(document, 'id') ?? name ?? title,
    title,
    level: oneOf(document, 'level', levels) ?? 'medium',
    status: oneOf(document, 'status', statuses) ?? 'test',
    tags: listAt(document, 'tags'),
    references: listAt(document, 'references'),
    falsePositives: listAt(document, 'falsepositives'),
    related: relatedOf(document),
    file,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
  };
}

function oneOf<T extends string>(document: YamlMap, name: string, choices: readonly T[]): T | undefined {
  const value = document[name];
  if (value === undefined || value === null) return undefined;
  const found = choices.find((choice) => choice === String(value).toLowerCase());
  if (!found) throw invalid(`${name} must be one of ${choices.join(', ')}, not "${value}"`, [name]);
  return found;
}

function textAt(document: YamlMap, name: string): string | undefined {
  const value = document[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw invalid(`${name} must be a string`, [name]);
}

function listAt(document: YamlMap, name: string): string[] {
  const value = document[name];
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function relatedOf(document: YamlMap): { id: string; type: string }[] {
  const { related } = document;
  if (!Array.isArray(related)) return [];
  return related.map((each) => ({ id: String(each?.id), type: String(each?.type) }));
}

export function mapAt(document: YamlMap, path: NodePath): YamlMap {
  let value: unknown = document;
  for (const key of path) value = (value as Record<string, unknown>)[key];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`"${path.join('.')}" must be a map`, value === undefined ? path.slice(0, -1) : path);
  }
  return value as YamlMap;
}

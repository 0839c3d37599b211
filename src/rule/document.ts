import { loadAll, YAMLException } from 'js-yaml';
import { invalid, type NodePath, type RefusedRule, type RuleFault } from './fault.ts';
import { type Position, Positions } from './position.ts';
import type { YamlMap } from './rule.ts';

/** A file of rules. */
export interface RuleSource {
  readonly file: string;
  readonly text: string;
}

/** Where a rule was read from. */
export interface RuleOrigin {
  readonly source: RuleSource;
  /** Which document of the file it is, from 0. */
  readonly index: number;
  /** What it calls itself, as far as that is known. */
  readonly ruleId?: string;
  readonly title?: string;
}

/** One YAML document of a rule file. */
export interface RuleDocument extends RuleOrigin {
  readonly content: YamlMap;
}

const maxFileBytes = 4 * 1024 * 1024;

/**
 * Splits a file into its rules. Collections (`action: global`, `reset`, `repeat`) are merged into the
 * documents that follow them.
 */
export function readDocuments(source: RuleSource): { documents: RuleDocument[]; refused: RefusedRule[] } {
  const { text } = source;
  if (text.length > maxFileBytes) {
    return {
      documents: [],
      refused: [refuse({ source, index: 0 }, invalid(`a rule file has at most ${maxFileBytes} bytes`))],
    };
  }
  let raw: unknown[];
  try {
    raw = loadAll(text) as unknown[];
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line = 0, column = 0 } = (error.mark ?? {}) as { line?: number; column?: number };
    const place = { file: source.file, line: line + 1, column: column + 1 };
    const message = `not valid YAML: ${error.reason}`;
    return { documents: [], refused: [{ code: 'WOLFSEC_RULE_INVALID', message, ...place }] };
  }
  const documents: RuleDocument[] = [];
  const refused: RefusedRule[] = [];
  let global: YamlMap = {};
  let previous: YamlMap = {};
  raw.forEach((content, index) => {
    if (content === null || content === undefined) return;
    if (typeof content !== 'object' || Array.isArray(content)) {
      refused.push(refuse({ source, index }, invalid('a rule must be a map')));
      return;
    }
    const { action, ...map } = content as Record<string, unknown>;
    if (action === 'global') global = merge(global, map);
    else if (action === 'reset') global = {};
    else {
      const base = action === 'repeat' ? previous : global;
      previous = merge(base, map);
      documents.push({ ...originOf(source, index, previous), content: previous });
    }
  });
  return { documents, refused };
}

function merge(base: YamlMap, over: YamlMap): YamlMap {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMap(below) && isMap(value) ? merge(below, value) : value;
  }
  return merged;
}

const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function originOf(source: RuleSource, index: number, { id, title }: YamlMap): RuleOrigin {
  return {
    source,
    index,
    ...(typeof id === 'string' ? { ruleId: id } : {}),
    ...(typeof title === 'string' ? { title } : {}),
  };
}

/** A fault with its place in the file. */
export function refuse(origin: RuleOrigin, fault: RuleFault): RefusedRule {
  const { source, ruleId, title } = origin;
  return {
    code: fault.code,
    message: fault.message,
    file: source.file,
    ...positionOf(origin, fault.path),
    ...(ruleId === undefined ? {} : { ruleId }),
    ...(title === undefined ? {} : { title }),
  };
}

const positions = new WeakMap<RuleSource, Positions>();

/** Where a node of a rule stands. */
export function positionOf({ source, index }: RuleOrigin, path: NodePath): Position {
  let known = positions.get(source);
  if (!known) {
    const { text } = source;
    // A file that is no rule file at all is not read for the sake of a position.
    if (text.length > maxFileBytes) return { line: 1, column: 1 };
    known = new Positions(text);
    positions.set(source, known);
  }
  return known.of(index, path);
}

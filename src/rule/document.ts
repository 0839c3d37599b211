import {
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  loadAll,
  parseEvents,
  YAMLException,
} from 'js-yaml';
import { invalid, type NodePath, type RefusedRule, type RuleFault } from './fault.ts';
import type { YamlMap } from './rule.ts';

/** A file of rules. */
export interface RuleSource {
  readonly file: string;
  readonly text: string;
}

/** One YAML document of a rule file. */
export interface RuleDocument {
  readonly source: RuleSource;
  /** Which document of the file it is, from 0. */
  readonly index: number;
  readonly content: YamlMap;
}

const maxFileBytes = 4 * 1024 * 1024;

/**
 * Splits a file into its rules. Collections (`action: global`, `reset`, `repeat`) are merged into the
 * documents that follow them.
 */
export function readDocuments(source: RuleSource): { documents: RuleDocument[]; refused: RefusedRule[] } {
  if (source.text.length > maxFileBytes) {
    return {
      documents: [],
      refused: [refuse(source, 0, invalid(`a rule file has at most ${maxFileBytes} bytes`))],
    };
  }
  let raw: unknown[];
  try {
    raw = loadAll(source.text) as unknown[];
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
      refused.push(refuse(source, index, invalid('a rule must be a map')));
      return;
    }
    const { action, ...map } = content as Record<string, unknown>;
    if (action === 'global') global = merge(global, map);
    else if (action === 'reset') global = {};
    else {
      const base = action === 'repeat' ? previous : global;
      previous = merge(base, map);
      documents.push({ source, index, content: previous });
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

/** A fault with its place in the file. */
export function refuse(source: RuleSource, index: number, fault: RuleFault, content?: YamlMap): RefusedRule {
  const { line, column } = placeOf(source.text, offsetOf(source.text, index, fault.path));
  return {
    code: fault.code,
    message: fault.message,
    file: source.file,
    line,
    column,
    ...(typeof content?.id === 'string' ? { ruleId: content.id } : {}),
    ...(typeof content?.title === 'string' ? { title: content.title } : {}),
  };
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

interface Frame {
  readonly kind: 'map' | 'list';
  readonly matched: number;
  key: string | undefined;
  index: number;
}

/** Where a node of a document starts; the deepest one of the path that can be found. */
function offsetOf(text: string, document: number, path: NodePath): number {
  let seen = -1;
  let best = 0;
  let bestDepth = -1;
  const frames: Frame[] = [];
  for (const event of parseEvents(text, {})) {
    if (event.type === 1) {
      seen++;
      continue;
    }
    if (seen !== document) continue;
    if (event.type === EVENT_POP) {
      frames.pop();
      continue;
    }
    const start =
      event.type === EVENT_SCALAR
        ? event.valueStart
        : event.type === EVENT_MAPPING || event.type === EVENT_SEQUENCE
          ? event.start
          : 0;
    const parent = frames.at(-1);
    let depth = parent ? -1 : 0;
    if (parent?.kind === 'list') {
      if (parent.matched >= 0 && path[parent.matched] === parent.index) depth = parent.matched + 1;
      parent.index++;
    } else if (parent) {
      if (parent.key === undefined) {
        parent.key =
          event.type === EVENT_SCALAR ? unquoted(text.slice(event.valueStart, event.valueEnd)) : '';
        if (parent.matched >= 0 && String(path[parent.matched]) === parent.key) depth = parent.matched + 1;
        // A key is where its value is best pointed at.
        if (depth > bestDepth) [best, bestDepth] = [start, depth];
        continue;
      }
      if (parent.matched >= 0 && String(path[parent.matched]) === parent.key) depth = parent.matched + 1;
      parent.key = undefined;
    }
    if (depth > bestDepth) [best, bestDepth] = [start, depth];
    if (event.type === EVENT_MAPPING) frames.push({ kind: 'map', matched: depth, key: undefined, index: 0 });
    else if (event.type === EVENT_SEQUENCE)
      frames.push({ kind: 'list', matched: depth, key: undefined, index: 0 });
  }
  return best;
}

function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, '$2');
}

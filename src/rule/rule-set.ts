import { type CorrelationRule, parseCorrelationRule } from './correlation.ts';
import { type RuleDocument, type RuleOrigin, type RuleSource, readDocuments, refuse } from './document.ts';
import { invalid, type RefusedRule, RuleFault } from './fault.ts';
import { applyFilters, type FilterRule, parseFilter } from './filter.ts';
import type { Placeholders } from './modifier.ts';
import { mapCorrelation } from './pipeline/correlation-fields.ts';
import { type Pipeline, transformThrough } from './pipeline/pipeline.ts';
import {
  type DetectionRule,
  type Level,
  levels,
  parseDetectionRule,
  type RuleMeta,
  type Status,
} from './rule.ts';

export interface RuleSetOptions {
  /** Field pipelines, applied in order of their priority. Default none. */
  readonly pipelines?: readonly Pipeline[];
  /** Lowest level that is loaded. Default `informational`. */
  readonly minLevel?: Level;
  /** Statuses that are loaded. Default all but `deprecated` and `unsupported`. */
  readonly statuses?: readonly Status[];
}

/** Rules that fit together: references resolved, filters applied. */
export interface RuleSet {
  readonly detections: readonly DetectionRule[];
  readonly correlations: readonly CorrelationRule[];
  /** Rules that were refused, each with its reason. */
  readonly refused: readonly RefusedRule[];
  /** How many rules the options left out. */
  readonly skipped: number;
}

type Rule = DetectionRule | CorrelationRule | FilterRule;

/** A rule and the document it was read from. */
export interface ReadRule {
  readonly document: RuleDocument;
  readonly rule: Rule;
}

interface Parsed<R extends Rule = Rule> {
  readonly origin: RuleOrigin;
  readonly rule: R;
}

/**
 * Reads rule files. A rule that is at fault is refused with its reason; the others load all the same.
 *
 * @param visit is shown every rule that could be read, those the options leave out too; documents are let go of as they
 *   are read, since those of thousands of rules take more memory than what they are compiled to.
 */
export function parseRuleSet(
  sources: Iterable<RuleSource>,
  options: RuleSetOptions = {},
  visit?: (read: ReadRule) => void,
): RuleSet {
  const pipelines = [...(options.pipelines ?? [])].sort((a, b) => a.priority - b.priority);
  const placeholders: Placeholders = Object.assign({}, ...pipelines.map((pipeline) => pipeline.placeholders));
  const refused: RefusedRule[] = [];
  const parsed: Parsed[] = [];
  for (const source of sources) {
    const read = readDocuments(source);
    refused.push(...read.refused);
    for (const document of read.documents) {
      try {
        const rule = parseOne(document, placeholders);
        const { content: _, ...origin } = document;
        parsed.push({ origin, rule });
        visit?.({ document, rule });
      } catch (error) {
        if (!(error instanceof RuleFault)) throw error;
        refused.push(refuse(document, error));
      }
    }
  }
  return link(parsed, pipelines, refused, options);
}

function parseOne({ content, source }: RuleDocument, placeholders: Placeholders): Rule {
  if (content.correlation !== undefined) return parseCorrelationRule(content, source.file);
  if (content.filter !== undefined) return parseFilter(content, source.file, placeholders);
  return parseDetectionRule(content, source.file, placeholders);
}

function link(
  parsed: readonly Parsed[],
  pipelines: readonly Pipeline[],
  refused: RefusedRule[],
  options: RuleSetOptions,
): RuleSet {
  const statuses: readonly Status[] = options.statuses ?? ['stable', 'test', 'experimental'];
  const minLevel = levels.indexOf(options.minLevel ?? 'informational');
  const filters = parsed.flatMap(({ rule }) => (rule.kind === 'filter' ? [rule] : []));
  const detections: DetectionRule[] = [];
  const correlations: Parsed<CorrelationRule>[] = [];
  const byName = new Map<string, RuleOrigin>();
  const untransformed = new Map<string, DetectionRule>();
  let skipped = 0;
  const wanted = new Set(parsed.flatMap(({ rule }) => (rule.kind === 'correlation' ? rule.rules : [])));
  for (const { origin, rule } of parsed) {
    if (rule.kind === 'filter') continue;
    const referenced = wanted.has(rule.id) || (rule.name !== undefined && wanted.has(rule.name));
    if (!statuses.includes(rule.status) || (levels.indexOf(rule.level) < minLevel && !referenced)) {
      skipped++;
      continue;
    }
    const twin = byName.get(rule.id);
    if (twin) {
      const fault = invalid(`the id ${rule.id} is taken by a rule in ${twin.source.file}`, ['id']);
      refused.push(refuse(origin, fault));
      continue;
    }
    byName.set(rule.id, origin);
    if (rule.name !== undefined && !byName.has(rule.name)) byName.set(rule.name, origin);
    if (rule.kind === 'correlation') correlations.push({ origin, rule });
    else {
      try {
        const filtered = applyFilters(rule, filters);
        const transformed = transformThrough(filtered, pipelines);
        if (transformed) {
          detections.push(transformed);
          untransformed.set(rule.id, rule);
          // Of two rules with one name the first is meant, as where hits are counted.
          if (rule.name !== undefined && !untransformed.has(rule.name)) untransformed.set(rule.name, rule);
        } else skipped++;
      } catch (error) {
        if (!(error instanceof RuleFault)) throw error;
        refused.push(refuse(origin, error));
      }
    }
  }
  const resolved = resolve(correlations, detections, refused).map((rule) =>
    mapCorrelation(rule, pipelines, (reference) => untransformed.get(reference)),
  );
  const needed = neededOf(resolved, detections, (rule) => levels.indexOf(rule.level) >= minLevel);
  skipped += detections.length + resolved.length - needed.detections.length - needed.correlations.length;
  return { ...needed, refused, skipped };
}

/** The rules that are wanted for themselves, and those that a correlation which is loaded is over. */
function neededOf(
  correlations: readonly CorrelationRule[],
  detections: readonly DetectionRule[],
  isWanted: (rule: RuleMeta) => boolean,
): Pick<RuleSet, 'correlations' | 'detections'> {
  const referenced = new Set<string>();
  const isNeeded = (rule: RuleMeta) =>
    isWanted(rule) || referenced.has(rule.id) || (rule.name !== undefined && referenced.has(rule.name));
  // A correlation comes after those it is over.
  const kept = correlations.toReversed().filter((rule) => {
    if (!isNeeded(rule)) return false;
    for (const name of rule.rules) referenced.add(name);
    return true;
  });
  return { correlations: kept.toReversed(), detections: detections.filter(isNeeded) };
}

/** Correlations in the order in which they can be evaluated: each after the ones it is over. */
function resolve(
  correlations: readonly Parsed<CorrelationRule>[],
  detections: readonly DetectionRule[],
  refused: RefusedRule[],
): CorrelationRule[] {
  const ready = new Map<string, string>();
  const add = (rule: { id: string; name?: string }) => {
    ready.set(rule.id, rule.id);
    if (rule.name !== undefined) ready.set(rule.name, rule.id);
  };
  detections.forEach(add);
  const ordered: CorrelationRule[] = [];
  let waiting = [...correlations];
  for (;;) {
    const next = waiting.filter(({ rule }) => rule.rules.every((name) => ready.has(name)));
    if (next.length === 0) break;
    for (const { rule } of next) {
      add(rule);
      ordered.push(rule);
    }
    waiting = waiting.filter((each) => !next.includes(each));
  }
  for (const { origin, rule } of waiting) {
    const missing = rule.rules.find((name) => !ready.has(name));
    const fault = invalid(`the correlation is over "${missing}", which is not loaded or leads back to it`, [
      'correlation',
      'rules',
    ]);
    refused.push(refuse(origin, fault));
  }
  return ordered;
}

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
import { joinBytes } from './join-bytes.ts';
import { type BundledRule, type RuleName, RuleTable } from './rule-table.ts';

/** Rules ready to be evaluated. */
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

/** The first line of a packed bundle. */
interface Head extends Omit<RuleBundle, 'program' | 'rules'> {
  readonly names: readonly RuleName[];
  readonly ends: readonly number[];
}

/**
 * Compiles rules into the bytes that the cache on disk keeps and that cross threads: a line of JSON, the texts of the
 * rules, the program. Nothing of what was read is held by them: strings cut out of a YAML text keep all of it alive.
 */
export function packBundle(sources: Iterable<RuleSource>, options: RuleSetOptions): Uint8Array<ArrayBuffer> {
  const { detections, ...rest } = parseRuleSet(sources, options);
  const program = compileProgram(detections);
  const texts = detections.map((rule) => Buffer.from(JSON.stringify(withoutExpression(rule))));
  let end = 0;
  const head: Head = {
    ...rest,
    slotNames: program.slots.map(({ name }) => name),
    logsources: program.logsources,
    names: detections.map(({ id, name }) => (name === undefined ? { id } : { id, name })),
    ends: texts.map(({ length }) => (end += length)),
  };
  return joinBytes([
    Buffer.from(`${JSON.stringify(head)}\n`),
    ...texts,
    Buffer.from(JSON.stringify(program)),
  ]);
}

export function unpackBundle(packed: Uint8Array): RuleBundle {
  const buffer = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
  const newline = buffer.indexOf(0x0a);
  const { names, ends, ...rest } = JSON.parse(buffer.toString('utf8', 0, newline)) as Head;
  const program = newline + 1 + (ends.at(-1) ?? 0);
  const texts = { bytes: buffer.subarray(newline + 1, program), ends };
  return { ...rest, rules: new RuleTable(names, texts), program: buffer.subarray(program) };
}

function withoutExpression({ expression: _, kind: __, ...rest }: DetectionRule): BundledRule {
  return rest;
}

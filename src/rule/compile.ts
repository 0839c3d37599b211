import {
  opcode,
  type Predicate,
  type ProgramPattern,
  type ProgramRule,
  programFormat,
  type RuleProgram,
  type Slot,
} from '../backend/contract/rule.ts';
import { anyField, type Expression, type Matcher, type PatternKind } from './expression.ts';
import { covers } from './filter.ts';
import { requiredLiterals } from './regex.ts';
import type { DetectionRule, Logsource } from './rule.ts';
import { pathsOf } from './taxonomy/paths.ts';
import { recognisers as builtIn, type Recogniser } from './taxonomy/recognise.ts';
import { witnessesOf } from './witness.ts';

const patternKinds: Record<PatternKind, ProgramPattern[0]> = {
  equals: 0,
  startsWith: 1,
  endsWith: 2,
  contains: 3,
  glob: 4,
};

/** Compiles rules, in their order, into the program both back ends evaluate. */
export function compileProgram(
  rules: readonly DetectionRule[],
  recognisers: readonly Recogniser[] = builtIn,
): RuleProgram {
  const interned = new Interned();
  const logsources = new Map<string, { id: number; logsource: Logsource }>();
  const programRules: ProgramRule[] = rules.map((rule) => {
    const key = JSON.stringify([rule.logsource.product, rule.logsource.category, rule.logsource.service]);
    let known = logsources.get(key);
    if (!known) {
      known = { id: logsources.size, logsource: rule.logsource };
      logsources.set(key, known);
    }
    const code: number[] = [];
    emit(rule.expression, code, interned);
    return {
      code,
      witnesses: witnessesOf(rule.expression, (field, matcher) => interned.predicate(field, matcher)),
      logsource: known.id,
    };
  });
  const programRecognisers = recognisers.flatMap(({ when, gives }) => {
    const fitting = [...logsources.values()]
      .filter(({ logsource }) => gives.some((given) => covers(logsource, given)))
      .map(({ id }) => id);
    const code: number[] = [];
    emit(when, code, interned);
    return [{ code, gives: fitting }];
  });
  return {
    format: programFormat,
    slots: interned.slots,
    predicates: interned.predicates,
    rules: programRules,
    recognisers: programRecognisers,
    logsources: [...logsources.values()].map(({ logsource }) => logsource),
  };
}

function emit(expression: Expression, code: number[], interned: Interned): void {
  switch (expression.kind) {
    case 'test':
      code.push(opcode.predicate, interned.predicate(expression.field, expression.matcher));
      return;
    case 'not':
      code.push(opcode.not);
      emit(expression.of, code, interned);
      return;
    default: {
      if (expression.kind === 'atLeast') code.push(opcode.atLeast, expression.count);
      else code.push(expression.kind === 'and' ? opcode.and : opcode.or);
      code.push(expression.of.length);
      const at = code.push(0) - 1;
      for (const inner of expression.of) emit(inner, code, interned);
      code[at] = code.length - at - 1;
    }
  }
}

/** Slots and predicates, each once. */
class Interned {
  readonly slots: Slot[] = [{ name: anyField, paths: [] }];
  readonly predicates: Predicate[] = [];
  readonly #slotIds = new Map<string, number>([[anyField, 0]]);
  readonly #predicateIds = new Map<string, number>();

  slot(field: string): number {
    // A lone surrogate is U+FFFD in events, and no text that crosses to the back ends.
    const name = field.toWellFormed();
    let id = this.#slotIds.get(name);
    if (id === undefined) {
      id = this.slots.push({ name, paths: pathsOf(name) }) - 1;
      this.#slotIds.set(name, id);
    }
    return id;
  }

  predicate(field: string, matcher: Matcher): number {
    const predicate = this.#encode(field, matcher);
    const key = JSON.stringify(predicate);
    let id = this.#predicateIds.get(key);
    if (id === undefined) {
      id = this.predicates.push(predicate) - 1;
      this.#predicateIds.set(key, id);
    }
    return id;
  }

  #encode(field: string, matcher: Matcher): Predicate {
    const slot = this.slot(field);
    switch (matcher.kind) {
      case 'text':
        return {
          slot,
          kind: 'text',
          patterns: matcher.patterns.map(({ kind, text, cased }) => [
            patternKinds[kind],
            cased ? 1 : 0,
            text.toWellFormed(),
          ]),
        };
      case 'regex': {
        const literals = requiredLiterals(matcher.source, matcher.flags);
        return { slot, ...matcher, ...(literals ? { literals } : {}) };
      }
      case 'field': {
        const relation = patternKinds[matcher.relation] as 0 | 1 | 2 | 3;
        return {
          slot,
          kind: 'field',
          other: this.slot(matcher.other),
          relation,
          cased: matcher.cased ? 1 : 0,
        };
      }
      default:
        return { slot, ...matcher };
    }
  }
}

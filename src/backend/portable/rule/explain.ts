import type { Predicate, RuleProgram, Witnessed } from '../../contract/rule.ts';
import { reasons } from './code.ts';
import { Collector, kind, Values } from './collect.ts';
import { fold } from './fold.ts';
import { PredicateMatchers } from './predicate-matchers.ts';
import type { SlotMatcher } from './slot.ts';

/** A predicate that can be the reason why a rule holds. */
interface Reason {
  readonly predicate: number;
  readonly slot: number;
  /** None where two fields are compared: every value of the field is told. */
  readonly matcher: SlotMatcher | undefined;
}

/** What is asked to explain one rule: no more of the event is looked at. */
interface Explained {
  readonly collector: Collector;
  readonly reasons: readonly Reason[];
  readonly everyValue: boolean;
}

/** Tells which values made a rule hold: for hits only, one predicate at a time. */
export class Explainer {
  readonly #program: RuleProgram;
  readonly #rules = new Map<number, Explained>();
  readonly #matchers = new PredicateMatchers();
  readonly #values = new Values();

  constructor(program: RuleProgram) {
    this.#program = program;
  }

  /** @param event an event for which the rule holds. */
  explain(event: object, rule: number): Witnessed[] {
    let explained = this.#rules.get(rule);
    if (!explained) {
      explained = this.#prepare(rule);
      this.#rules.set(rule, explained);
    }
    const values = this.#values;
    explained.collector.collect(event, explained.everyValue, values);
    const folded: string[] = [];
    const found = new Map<string, Witnessed>();
    for (const { predicate, slot, matcher } of explained.reasons) {
      for (let i = 0; i < values.slots.length; i++) {
        if (values.slots[i] !== slot || values.kinds[i] === kind.composite) continue;
        const value = values.texts[i] as string;
        if (matcher) {
          folded[i] ??= fold(value);
          if (!matcher.scan(value, values.kinds[i]!, folded[i]).includes(predicate)) continue;
        }
        found.set(`${slot} ${value}`, { slot, value });
      }
    }
    return [...found.values()];
  }

  #prepare(rule: number): Explained {
    const { slots, predicates, rules } = this.#program;
    const found = reasons(rules[rule]!.code).map((predicate): Reason => {
      const test = predicates[predicate] as Predicate;
      const matcher = test.kind === 'field' ? undefined : this.#matchers.of(predicate, test);
      return { predicate, slot: test.slot, matcher };
    });
    const asked = new Set(found.map(({ slot }) => slot));
    return {
      collector: new Collector(slots.map(({ paths }, slot) => ({ paths: asked.has(slot) ? paths : [] }))),
      reasons: found,
      everyValue: asked.has(0),
    };
  }
}

import type { Predicate, RuleProgram, Witnessed } from '../../contract/rule.ts';
import { reasons } from './code.ts';
import { Collector, kind, Values } from './collect.ts';
import { SlotMatcher } from './slot.ts';

/** Tells which values made a rule hold: for hits only, one predicate at a time. */
export class Explainer {
  readonly #program: RuleProgram;
  readonly #collector: Collector;
  readonly #matchers = new Map<number, SlotMatcher>();

  constructor(program: RuleProgram) {
    this.#program = program;
    this.#collector = new Collector(program.slots);
  }

  /** @param event one line of JSON for which the rule holds. */
  explain(event: string, rule: number): Witnessed[] {
    const values = new Values();
    this.#collector.collect(JSON.parse(event) as object, true, values);
    const found = new Map<string, Witnessed>();
    for (const predicate of reasons(this.#program.rules[rule]!.code)) {
      const test = this.#program.predicates[predicate] as Predicate;
      for (let i = 0; i < values.slots.length; i++) {
        const value = values.texts[i] as string;
        if (values.slots[i] !== test.slot || values.kinds[i] === kind.composite) continue;
        if (
          test.kind !== 'field' &&
          !this.#matcher(predicate, test).scan(value, values.kinds[i]!).includes(predicate)
        ) {
          continue;
        }
        found.set(`${test.slot} ${value}`, { slot: test.slot, value });
      }
    }
    return [...found.values()];
  }

  #matcher(predicate: number, test: Predicate): SlotMatcher {
    let matcher = this.#matchers.get(predicate);
    if (!matcher) {
      matcher = new SlotMatcher();
      matcher.add(predicate, test);
      this.#matchers.set(predicate, matcher);
    }
    return matcher;
  }
}

import type { Predicate } from '../../contract/rule.ts';
import { SlotMatcher } from './slot.ts';

/** Matchers of one predicate each, made when they are first asked for. */
export class PredicateMatchers {
  readonly #made = new Map<number, SlotMatcher>();

  of(predicate: number, test: Predicate): SlotMatcher {
    let matcher = this.#made.get(predicate);
    if (!matcher) {
      matcher = new SlotMatcher();
      matcher.add(predicate, test);
      this.#made.set(predicate, matcher);
    }
    return matcher;
  }
}

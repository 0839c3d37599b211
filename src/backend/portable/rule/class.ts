import type { Predicate } from '../../contract/rule.ts';
import { Code } from './code.ts';
import { kind, type Values } from './collect.ts';
import { fold } from './fold.ts';
import { PredicateMatchers } from './predicate-matchers.ts';
import { SlotMatcher } from './slot.ts';
import type { ValueCache } from './value-cache.ts';

interface ClassRule {
  /** Index in the program. */
  readonly id: number;
  readonly code: Code;
}

type FieldTest = Extract<Predicate, { kind: 'field' }>;

interface Rule {
  readonly code: readonly number[];
  readonly witnesses: readonly number[] | null;
}

/** Single predicates, tested when a rule that is looked at asks. */
export class OnDemand {
  readonly #predicates: readonly Predicate[];
  readonly #matchers = new PredicateMatchers();

  constructor(predicates: readonly Predicate[]) {
    this.#predicates = predicates;
  }

  holds(predicate: number, values: Values): boolean {
    const test = this.#predicates[predicate] as Predicate;
    if (test.kind === 'field') return fieldsRelate(test, values);
    let matcher: SlotMatcher | undefined;
    for (let i = 0; i < values.slots.length; i++) {
      if (values.slots[i] !== test.slot) continue;
      matcher ??= this.#matchers.of(predicate, test);
      if (matcher.scan(values.texts[i] as string, values.kinds[i]!).length > 0) return true;
    }
    return false;
  }
}

/** The rules that events of the same logs are asked. */
export class EventClass {
  readonly searchesEveryValue: boolean;
  readonly #slots: (SlotMatcher | undefined)[] = [];
  readonly #rules: ClassRule[] = [];
  /** For each predicate, the rules that are looked at when it holds. */
  readonly #wakes = new Map<number, ClassRule[]>();
  readonly #always: ClassRule[] = [];
  /** Predicates that are asked for rules that are looked at only. */
  readonly #later = new Set<number>();
  readonly #onDemand: OnDemand;
  readonly #number: number;

  /** @param everyPredicate scans for all of them rather than for witnesses alone. */
  constructor(
    number: number,
    rules: Iterable<readonly [number, Rule]>,
    predicates: readonly Predicate[],
    onDemand: OnDemand,
    everyPredicate = false,
  ) {
    this.#number = number;
    this.#onDemand = onDemand;
    const used = new Set<number>();
    for (const [id, { code, witnesses }] of rules) {
      const rule = { id, code: new Code(code) };
      this.#rules.push(rule);
      for (const predicate of predicatesOf(code)) used.add(predicate);
      if (witnesses === null) this.#always.push(rule);
      for (const predicate of witnesses ?? []) {
        const woken = this.#wakes.get(predicate);
        if (woken) woken.push(rule);
        else this.#wakes.set(predicate, [rule]);
      }
    }
    for (const predicate of used) {
      const test = predicates[predicate] as Predicate;
      if (everyPredicate || this.#wakes.has(predicate) || test.slot === 0) {
        this.#slot(test.slot).add(predicate, test);
      } else this.#later.add(predicate);
    }
    this.searchesEveryValue = this.#slots[0] !== undefined;
  }

  #slot(slot: number): SlotMatcher {
    const known = this.#slots[slot];
    if (known) return known;
    const made = new SlotMatcher();
    this.#slots[slot] = made;
    return made;
  }

  /** The predicates that hold for the values. */
  holding(values: Values, cache: ValueCache): Set<number> {
    const holding = new Set<number>();
    for (let i = 0; i < values.slots.length; i++) {
      const slot = values.slots[i] as number;
      const matcher = this.#slots[slot];
      if (!matcher) continue;
      const found = matcher.looksAtValues
        ? cache.scan(this.#number, slot, matcher, values.texts[i] as string, values.kinds[i]!)
        : matcher.present;
      for (const predicate of found) holding.add(predicate);
    }
    return holding;
  }

  /** Ids of the rules that hold for the values, ascending. */
  matches(values: Values, cache: ValueCache): number[] {
    const holding = this.holding(values, cache);
    const candidates = new Set<ClassRule>(this.#always);
    for (const predicate of holding) {
      const woken = this.#wakes.get(predicate);
      if (woken) for (const rule of woken) candidates.add(rule);
    }
    if (candidates.size === 0) return [];
    const asked = new Map<number, boolean>();
    const holds = (predicate: number): boolean => {
      if (!this.#later.has(predicate)) return holding.has(predicate);
      let answer = asked.get(predicate);
      if (answer === undefined) {
        answer = this.#onDemand.holds(predicate, values);
        asked.set(predicate, answer);
      }
      return answer;
    };
    const matched: number[] = [];
    for (const { id, code } of candidates) if (code.evaluate(holds)) matched.push(id);
    return matched.sort((a, b) => a - b);
  }

  /** Ids of every rule that holds, without witnesses: for the few recognisers. */
  matchesAll(holding: ReadonlySet<number>): number[] {
    return this.#rules.filter(({ code }) => code.evaluate((id) => holding.has(id))).map(({ id }) => id);
  }
}

/** Whether any value of the one field stands in the relation to any value of the other. */
function fieldsRelate({ slot, other, relation, cased }: FieldTest, values: Values): boolean {
  const texts = (wanted: number) =>
    values.texts
      .filter((_, i) => values.slots[i] === wanted && values.kinds[i] === kind.text)
      .map((text) => (cased ? text : fold(text)));
  const rights = texts(other);
  return texts(slot).some((left) =>
    rights.some((right) => {
      if (relation === 0) return left === right;
      if (relation === 1) return left.startsWith(right);
      return relation === 2 ? left.endsWith(right) : left.includes(right);
    }),
  );
}

function* predicatesOf(code: readonly number[]): Generator<number> {
  for (let at = 0; at < code.length; ) {
    const operator = code[at] as number;
    if (operator === 0) yield code[at + 1] as number;
    at += operator === 0 ? 2 : operator === 1 ? 1 : operator === 4 ? 4 : 3;
  }
}

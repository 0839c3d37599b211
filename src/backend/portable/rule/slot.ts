import { RE2JS } from 're2js';
import type { Predicate } from '../../contract/rule.ts';
import { type Automaton, buildAutomaton, followLinks } from '../match/automaton.ts';
import { kind, type ValueKind } from './collect.ts';
import { fold } from './fold.ts';
import { Glob } from './glob.ts';
import { addressOf, compares, Network, numberOf, timePart } from './scalar.ts';

/** What has to be looked at besides once a pattern's folded text was found in place. */
type Check = (text: string, folded: string) => boolean;

interface Action {
  readonly predicate: number;
  readonly check?: Check;
}

type Table = Map<string, Action[]>;

const nothing: readonly number[] = [];
/** With so few texts a search for each beats the automaton. */
const fewTexts = 6;

/** All predicates that one class of events asks of one field, answered together for a value. */
export class SlotMatcher {
  readonly present: number[] = [];
  readonly #null: number[] = [];
  readonly #equals: Table = new Map();
  readonly #starts = new Map<number, Table>();
  readonly #ends = new Map<number, Table>();
  readonly #anywhere: Table = new Map();
  readonly #always: Action[] = [];
  #search: ((folded: string, visit: (actions: readonly Action[]) => void) => void) | undefined;

  add(predicate: number, test: Predicate): void {
    switch (test.kind) {
      case 'present':
        this.present.push(predicate);
        return;
      case 'null':
        this.#null.push(predicate);
        return;
      case 'text':
        for (const [patternKind, cased, text] of test.patterns)
          this.#pattern(predicate, patternKind, cased === 1, text);
        return;
      case 'regex': {
        const action = { predicate, check: regexCheck(test.source, test.flags) };
        if (test.literals) for (const literal of test.literals) push(this.#anywhere, fold(literal), action);
        else this.#always.push(action);
        return;
      }
      case 'cidr': {
        const networks = test.networks.map((text) => new Network(text));
        const check: Check = (text) => {
          const address = addressOf(text);
          return address !== undefined && networks.some((network) => network.contains(address));
        };
        this.#always.push({ predicate, check });
        return;
      }
      case 'number':
      case 'time': {
        const read = test.kind === 'number' ? numberOf : (text: string) => timePart(text, test.part);
        const check: Check = (text) => {
          const number = read(text);
          return number !== undefined && compares(test.comparison, number, test.value);
        };
        this.#always.push({ predicate, check });
      }
    }
  }

  #pattern(predicate: number, patternKind: number, cased: boolean, text: string): void {
    const folded = fold(text);
    if (patternKind === 4) {
      const glob = new Glob(cased ? text : folded, cased);
      const literal = fold(glob.literal());
      const action = { predicate, check: (value: string, low: string) => glob.holds(value, low) };
      if (literal === '') this.#always.push(action);
      else push(this.#anywhere, literal, action);
      return;
    }
    const action: Action = cased ? { predicate, check: casedCheck(patternKind, text) } : { predicate };
    // The automaton finds no empty text, which every value contains.
    if (patternKind === 3 && folded === '') this.#always.push({ predicate });
    else if (patternKind === 3) push(this.#anywhere, folded, action);
    else if (patternKind === 0) push(this.#equals, folded, action);
    else {
      const tables = patternKind === 1 ? this.#starts : this.#ends;
      let table = tables.get(folded.length);
      if (!table) {
        table = new Map();
        tables.set(folded.length, table);
      }
      push(table, folded, action);
    }
  }

  /** Whether the answer depends on more than that there is a value. */
  get looksAtValues(): boolean {
    const tables = [this.#equals, this.#starts, this.#ends, this.#anywhere];
    return this.#null.length > 0 || this.#always.length > 0 || tables.some((table) => table.size > 0);
  }

  /** The predicates that hold for a value, each once, ascending. */
  scan(text: string, valueKind: ValueKind, folded: string = fold(text)): readonly number[] {
    if (valueKind === kind.composite) return this.present;
    if (valueKind === kind.null)
      return this.#null.length === 0 ? this.present : [...this.present, ...this.#null].sort(ascending);
    const found = new Set<number>(this.present);
    const tried = new Set<Check>();
    const visit = (actions: readonly Action[]) => {
      for (const { predicate, check } of actions) {
        if (check) {
          // A literal may be met many times; its check is run once for a value.
          if (tried.has(check)) continue;
          tried.add(check);
          if (!check(text, folded)) continue;
        }
        found.add(predicate);
      }
    };
    const equal = this.#equals.get(folded);
    if (equal) visit(equal);
    for (const [length, table] of this.#starts) {
      const actions = length <= folded.length ? table.get(folded.slice(0, length)) : undefined;
      if (actions) visit(actions);
    }
    for (const [length, table] of this.#ends) {
      const actions = length <= folded.length ? table.get(folded.slice(folded.length - length)) : undefined;
      if (actions) visit(actions);
    }
    if (this.#anywhere.size > 0) {
      this.#search ??= searcher(this.#anywhere);
      this.#search(folded, visit);
    }
    visit(this.#always);
    return found.size === 0 ? nothing : [...found].sort(ascending);
  }
}

const ascending = (a: number, b: number) => a - b;

function push(table: Table, key: string, action: Action): void {
  const actions = table.get(key);
  if (actions) actions.push(action);
  else table.set(key, [action]);
}

function regexCheck(source: string, flags: string): Check {
  const bits =
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes('m') ? RE2JS.MULTILINE : 0) |
    (flags.includes('s') ? RE2JS.DOTALL : 0);
  const regex = RE2JS.compile(source, bits);
  return (text) => regex.matcher(text).find();
}

function casedCheck(patternKind: number, pattern: string): Check {
  if (patternKind === 0) return (text) => text === pattern;
  if (patternKind === 1) return (text) => text.startsWith(pattern);
  if (patternKind === 2) return (text) => text.endsWith(pattern);
  return (text) => text.includes(pattern);
}

type Search = (folded: string, visit: (actions: readonly Action[]) => void) => void;

function searcher(table: Table): Search {
  const entries = [...table];
  if (entries.length <= fewTexts) {
    return (folded, visit) => {
      for (const [text, actions] of entries) if (folded.includes(text)) visit(actions);
    };
  }
  const automaton = buildAutomaton(
    entries.map(([text]) => Buffer.from(text)),
    false,
  );
  const actionLists = entries.map(([, actions]) => actions);
  return (folded, visit) => searchBytes(automaton, Buffer.from(folded), actionLists, visit);
}

function searchBytes(
  { trie, accepts, table, classOf, classes }: Automaton,
  bytes: Uint8Array,
  actionLists: readonly (readonly Action[])[],
  visit: (actions: readonly Action[]) => void,
): void {
  let state = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    state = table
      ? (table[state * classes + (classOf[byte] as number)] as number)
      : followLinks(trie, state, byte);
    if (accepts[state] === 0) continue;
    for (let at = state; at !== 0; at = trie.output[at] as number) {
      for (
        let literal = trie.literal[at] as number;
        literal >= 0;
        literal = trie.nextLiteral[literal] as number
      ) {
        visit(actionLists[literal] as readonly Action[]);
      }
    }
  }
}

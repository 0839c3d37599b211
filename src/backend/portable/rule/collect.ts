import type { RuleProgram } from '../../contract/rule.ts';

/** What a value is. */
export const kind = { text: 0, null: 1, composite: 2 } as const;
export type ValueKind = (typeof kind)[keyof typeof kind];

/** Values by slot, in parallel lists that are filled anew for each event. */
export class Values {
  readonly slots: number[] = [];
  readonly kinds: ValueKind[] = [];
  readonly texts: string[] = [];

  clear(): void {
    this.slots.length = 0;
    this.kinds.length = 0;
    this.texts.length = 0;
  }

  add(slot: number, valueKind: ValueKind, text: string): void {
    this.slots.push(slot);
    this.kinds.push(valueKind);
    this.texts.push(text);
  }
}

/** One place of the paths as they were given. */
interface Way {
  readonly children: Map<string, Way>;
  /** For any key, the named ones among them. */
  any: Way | undefined;
  readonly slots: number[];
}

const newWay = (): Way => ({ children: new Map(), any: undefined, slots: [] });

/** All the ways that one key path leads along. Where it leads to is worked out when an event goes there. */
interface Node {
  readonly ways: readonly Way[];
  readonly slots: readonly number[];
  /** By named key. */
  readonly children: Map<string, Node | undefined>;
  readonly any: Node | undefined;
}

/** Past this many nodes they are made anew for each event: `*` can multiply them without bound. */
const maxNodes = 65_536;

/** Collects the fields that a program names from parsed events. */
export class Collector {
  readonly #root: Node | undefined;
  #nodes = 0;

  constructor(slots: readonly Pick<RuleProgram['slots'][number], 'paths'>[]) {
    const top = newWay();
    slots.forEach(({ paths }, slot) => {
      for (const path of paths) insert(top, path, slot);
    });
    this.#root = this.#node([top]);
  }

  #node(ways: readonly Way[]): Node | undefined {
    if (ways.length === 0) return undefined;
    this.#nodes++;
    return {
      ways,
      slots: [...new Set(ways.flatMap(({ slots }) => slots))],
      children: new Map(),
      any: this.#node(ways.flatMap(({ any }) => any ?? [])),
    };
  }

  #child(node: Node, key: string): Node | undefined {
    const known = node.children.get(key);
    if (known !== undefined) return known;
    const named = node.ways.flatMap(({ children }) => children.get(key) ?? []);
    if (named.length === 0) return node.any;
    const child = this.#node([...named, ...(node.any?.ways ?? [])]);
    if (this.#nodes <= maxNodes) node.children.set(key, child);
    return child;
  }

  /** Slot 0 gets each value of the event when `everyValue` is set. */
  collect(event: object, everyValue: boolean, values: Values): void {
    values.clear();
    this.#visit(event, this.#root, everyValue, values);
  }

  #visit(value: unknown, at: Node | undefined, everyValue: boolean, values: Values): void {
    const isObject = typeof value === 'object' && value !== null;
    const valueKind = value === null ? kind.null : isObject ? kind.composite : kind.text;
    if (at?.slots.length || (everyValue && !isObject)) {
      const text = valueKind === kind.text ? textOf(value) : '';
      if (at) for (const slot of at.slots) values.add(slot, valueKind, text);
      if (everyValue && !isObject) values.add(0, valueKind, text);
    }
    if (!isObject) return;
    if (Array.isArray(value)) {
      if (at || everyValue) for (const item of value) this.#visit(item, at, everyValue, values);
      return;
    }
    const map = value as Record<string, unknown>;
    for (const key of Object.keys(map)) {
      const child = at && this.#child(at, key);
      if (child || everyValue) this.#visit(map[key], child, everyValue, values);
    }
  }
}

function insert(top: Way, path: readonly string[], slot: number): void {
  let at = top;
  for (const key of path) {
    let next = key === '*' ? at.any : at.children.get(key);
    if (!next) {
      next = newWay();
      if (key === '*') at.any = next;
      else at.children.set(key, next);
    }
    at = next;
  }
  if (!at.slots.includes(slot)) at.slots.push(slot);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? (value.isWellFormed() ? value : value.toWellFormed()) : String(value);
}

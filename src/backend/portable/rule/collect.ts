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

interface Node {
  readonly children: Map<string, Node>;
  any: Node | undefined;
  readonly slots: number[];
}

const node = (): Node => ({ children: new Map(), any: undefined, slots: [] });

/** Collects the fields that a program names from parsed events. */
export class Collector {
  readonly #root: Node = node();

  constructor(slots: RuleProgram['slots']) {
    slots.forEach(({ paths }, slot) => {
      for (const path of paths) this.#insert(path, slot);
    });
  }

  #insert(path: readonly string[], slot: number): void {
    let at = this.#root;
    for (const key of path) {
      if (key === '*') {
        at.any ??= node();
        at = at.any;
      } else {
        let child = at.children.get(key);
        if (!child) {
          child = node();
          at.children.set(key, child);
        }
        at = child;
      }
    }
    if (!at.slots.includes(slot)) at.slots.push(slot);
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
      const child = at && (at.children.get(key) ?? at.any);
      if (child || everyValue) this.#visit(map[key], child, everyValue, values);
    }
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? (value.isWellFormed() ? value : value.toWellFormed()) : String(value);
}

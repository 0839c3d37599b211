import { kind, type ValueKind } from './collect.ts';
import type { SlotMatcher } from './slot.ts';

/** Longer values are looked at afresh each time. */
const maxValueLength = 1024;
/** Characters of keys in one generation. */
const generationLength = 4_000_000;

type Generation = Map<string, readonly number[]>;

/**
 * Which predicates hold for values seen before: values of a field repeat. Bounded by two generations, so
 * that ever-new values do not grow memory.
 */
export class ValueCache {
  /** A generation for each class and slot. */
  #young = new Map<number, Generation>();
  #old = new Map<number, Generation>();
  #length = 0;
  hits = 0;
  misses = 0;

  scan(
    classNumber: number,
    slot: number,
    matcher: SlotMatcher,
    text: string,
    valueKind: ValueKind,
  ): readonly number[] {
    if (text.length > maxValueLength || valueKind !== kind.text) {
      this.misses++;
      return matcher.scan(text, valueKind);
    }
    const place = classNumber * 0x10000 + slot;
    let generation = this.#young.get(place);
    const young = generation?.get(text);
    if (young) {
      this.hits++;
      return young;
    }
    const old = this.#old.get(place)?.get(text);
    if (old) this.hits++;
    else this.misses++;
    const found = old ?? matcher.scan(text, valueKind);
    if (!generation) {
      generation = new Map();
      this.#young.set(place, generation);
    }
    generation.set(text, found);
    this.#length += text.length + 32;
    if (this.#length > generationLength) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#length = 0;
    }
    return found;
  }
}

import { LabelNumbers } from './label-numbers.ts';
import { SeriesGrid } from './series-grid.ts';

/** No series has this label set. */
export const absent = -1;

const emptySlot = -1;
const deadSlot = -2;

/**
 * Finds the series of a label set: each label's values are numbered, and the numbers lead to the id. One or two
 * labels whose values mostly occur together read it off a grid; the rest hash into an open table of integers.
 * Costs 4 bytes a label, 4 to 16 a cell or slot, and each distinct value once.
 *
 * Ids of removed series are given out again once {@link recycle} is called.
 */
export class SeriesTable {
  readonly #width: number;
  readonly #labels: readonly LabelNumbers[];
  /** The first two labels, at hand: the look-ups by one and by two are the hot ones. */
  readonly #first: ReadonlyMap<string, number>;
  readonly #second: ReadonlyMap<string, number>;
  readonly #grid = new SeriesGrid();
  readonly #freeIds: number[] = [];
  readonly #retiredIds: number[] = [];
  /** Value numbers of each series, `width` apiece. */
  #keys: Uint32Array;
  #alive: Uint8Array;
  /** Ids by hash; empty as long as the grid fits. */
  #slots = new Int32Array(0);
  #deadSlots = 0;
  #next = 0;
  size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#keys = new Uint32Array(4 * width);
    this.#alive = new Uint8Array(4);
    this.#labels = Array.from({ length: width }, () => new LabelNumbers());
    this.#first = this.#labels[0]?.numbers ?? new Map();
    this.#second = this.#labels[1]?.numbers ?? new Map();
    if (width > 2) this.#rehash();
  }

  /** One more than the highest id given out. */
  get end(): number {
    return this.#next;
  }

  /** Whether the next series has an id below `capacity`. */
  fits(capacity: number): boolean {
    // Without labels there is one series, and its id is 0.
    return this.#freeIds.length > 0 || (this.#width === 0 ? this.#next === 0 : this.#next < capacity);
  }

  /** Lets the ids of removed series be given out again, the lowest first. */
  recycle(): void {
    for (const id of this.#retiredIds) this.#freeIds.push(id);
    this.#retiredIds.length = 0;
    this.#freeIds.sort((a, b) => b - a);
  }

  isAlive(id: number): boolean {
    return this.#alive[id] === 1;
  }

  /** Memory that the table takes, without the strings themselves, in bytes (maps are estimated). */
  get bytes(): number {
    const maps = this.#labels.reduce((sum, label) => sum + label.numbers.size * 64, 0);
    const arrays = [this.#keys, this.#grid.cells, this.#slots, this.#alive];
    return arrays.reduce((sum, array) => sum + array.byteLength, maps);
  }

  find1(a: string): number {
    const number = this.#first.get(a);
    if (number === undefined) return absent;
    const grid = this.#grid;
    return grid.fits ? grid.cells[number]! : this.#probe(number, number, 0);
  }

  find2(a: string, b: string): number {
    const first = this.#first.get(a);
    const second = this.#second.get(b);
    if (first === undefined || second === undefined) return absent;
    const grid = this.#grid;
    if (grid.fits) return grid.cells[(first << grid.shift) + second]!;
    return this.#probe(mix(first, second), first, second);
  }

  find(values: readonly string[]): number {
    const width = this.#width;
    if (width === 0) return this.size === 0 ? absent : 0;
    if (width === 1) return this.find1(values[0]!);
    if (width === 2) return this.find2(values[0]!, values[1]!);
    let hash = 0;
    for (let i = 0; i < width; i++) {
      const number = this.#labels[i]!.numbers.get(values[i]!);
      if (number === undefined) return absent;
      hash = i === 0 ? number : mix(hash, number);
    }
    const mask = this.#slots.length - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]!;
      if (id === emptySlot) return absent;
      if (id >= 0 && this.#holds(id, values)) return id;
    }
  }

  /** Adds a label set that {@link find} did not know, and gives its id. */
  add(values: readonly string[]): number {
    const id = this.#freeIds.pop() ?? this.#next++;
    if (id >= this.#alive.length) this.#grow();
    for (let i = 0; i < this.#width; i++) {
      this.#keys[id * this.#width + i] = this.#labels[i]!.take(values[i]!);
    }
    this.#alive[id] = 1;
    this.size++;
    if (this.#width > 0) this.#enter(id);
    return id;
  }

  remove(id: number): void {
    if (this.#width > 0) this.#leave(id);
    for (let i = 0; i < this.#width; i++) this.#labels[i]!.release(this.#keys[id * this.#width + i]!);
    this.#alive[id] = 0;
    this.size--;
    this.#retiredIds.push(id);
  }

  valuesOf(id: number): string[] {
    return this.#labels.map((label, i) => label.valueOf(this.#keys[id * this.#width + i]!));
  }

  #holds(id: number, values: readonly string[]): boolean {
    for (let i = 0; i < this.#width; i++) {
      if (this.#labels[i]!.valueOf(this.#keys[id * this.#width + i]!) !== values[i]) return false;
    }
    return true;
  }

  /** Finds the numbers of one label, or of two, in the slots. */
  #probe(hash: number, first: number, second: number): number {
    const slots = this.#slots;
    const keys = this.#keys;
    const width = this.#width;
    const mask = slots.length - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]!;
      if (id === emptySlot) return absent;
      if (id < 0 || keys[id * width] !== first) continue;
      if (width === 1 || keys[id * 2 + 1] === second) return id;
    }
  }

  /** The place of a series in the grid: one label is all in the first row. */
  #row(id: number): number {
    return this.#width === 1 ? 0 : this.#keys[id * 2]!;
  }

  #column(id: number): number {
    return this.#keys[(id + 1) * this.#width - 1]!;
  }

  #enter(id: number): void {
    const grid = this.#grid;
    if (this.#slots.length === 0) {
      const fits =
        grid.holds(this.#row(id), this.#column(id)) ||
        grid.grow(this.#row(id) + 1, this.#column(id) + 1, this.size);
      if (fits) grid.set(this.#row(id), this.#column(id), id);
      else this.#rehash();
    } else if ((this.size + this.#deadSlots) * 4 > this.#slots.length * 3) {
      this.#rehash();
    } else {
      this.#put(id);
    }
  }

  #leave(id: number): void {
    if (this.#slots.length === 0) {
      this.#grid.clear(this.#row(id), this.#column(id));
      return;
    }
    const mask = this.#slots.length - 1;
    let slot = spread(this.#hash(id)) & mask;
    while (this.#slots[slot] !== id) slot = (slot + 1) & mask;
    this.#slots[slot] = deadSlot;
    this.#deadSlots++;
  }

  #hash(id: number): number {
    let hash = this.#keys[id * this.#width]!;
    for (let i = 1; i < this.#width; i++) hash = mix(hash, this.#keys[id * this.#width + i]!);
    return hash;
  }

  #put(id: number): void {
    const mask = this.#slots.length - 1;
    let slot = spread(this.#hash(id)) & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    if (this.#slots[slot] === deadSlot) this.#deadSlots--;
    this.#slots[slot] = id;
  }

  #rehash(): void {
    let length = 16;
    while (this.size * 2 > length) length *= 2;
    this.#slots = new Int32Array(length).fill(emptySlot);
    this.#deadSlots = 0;
    for (let id = 0; id < this.#next; id++) if (this.#alive[id]) this.#put(id);
  }

  #grow(): void {
    const length = this.#alive.length * 2;
    const keys = new Uint32Array(length * this.#width);
    keys.set(this.#keys);
    this.#keys = keys;
    const alive = new Uint8Array(length);
    alive.set(this.#alive);
    this.#alive = alive;
  }
}

function mix(hash: number, number: number): number {
  return Math.imul(hash, 0x9e3779b1) + number;
}

/** Brings the high bits down, where the mask looks (the finaliser of MurmurHash3, shortened). */
function spread(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return folded ^ (folded >>> 13);
}

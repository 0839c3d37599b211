/** No series has this label set. */
export const absent = -1;

const emptySlot = -1;
const deadSlot = -2;

/**
 * Finds the series of a label set: each label's values are numbered, and the numbers hash into an
 * open table of integers. Costs 4 bytes a label, 5 to 11 a slot, and each distinct value once.
 *
 * Ids of removed series are given out again.
 */
export class SeriesTable {
  readonly #width: number;
  readonly #numbers: Map<string, number>[];
  readonly #values: string[][];
  readonly #uses: number[][];
  readonly #freeNumbers: number[][];
  readonly #freeIds: number[] = [];
  /** Value numbers of each series, `width` apiece. */
  #keys: Uint32Array;
  #alive: Uint8Array;
  #slots = new Int32Array(16).fill(emptySlot);
  #deadSlots = 0;
  #next = 0;
  size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#keys = new Uint32Array(4 * width);
    this.#alive = new Uint8Array(4);
    this.#numbers = Array.from({ length: width }, () => new Map<string, number>());
    this.#values = Array.from({ length: width }, () => []);
    this.#uses = Array.from({ length: width }, () => []);
    this.#freeNumbers = Array.from({ length: width }, () => []);
  }

  /** One more than the highest id given out. */
  get end(): number {
    return this.#next;
  }

  isAlive(id: number): boolean {
    return this.#alive[id] === 1;
  }

  /** Memory that the table takes, without the strings themselves, in bytes (maps are estimated). */
  get bytes(): number {
    const maps = this.#numbers.reduce((sum, map) => sum + map.size * 64, 0);
    return this.#keys.byteLength + this.#slots.byteLength + this.#alive.byteLength + maps;
  }

  find1(a: string): number {
    const number = this.#numbers[0]!.get(a);
    if (number === undefined) return absent;
    const slots = this.#slots;
    const keys = this.#keys;
    const mask = slots.length - 1;
    for (let slot = spread(number) & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]!;
      if (id === emptySlot) return absent;
      if (id >= 0 && keys[id] === number) return id;
    }
  }

  find2(a: string, b: string): number {
    const first = this.#numbers[0]!.get(a);
    const second = this.#numbers[1]!.get(b);
    if (first === undefined || second === undefined) return absent;
    const slots = this.#slots;
    const keys = this.#keys;
    const mask = slots.length - 1;
    for (let slot = spread(mix(first, second)) & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]!;
      if (id === emptySlot) return absent;
      if (id >= 0 && keys[id * 2] === first && keys[id * 2 + 1] === second) return id;
    }
  }

  find(values: readonly string[]): number {
    const width = this.#width;
    if (width === 0) return this.size === 0 ? absent : 0;
    let hash = 0;
    for (let i = 0; i < width; i++) {
      const number = this.#numbers[i]!.get(values[i]!);
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
    for (let i = 0; i < this.#width; i++) this.#keys[id * this.#width + i] = this.#intern(i, values[i]!);
    this.#alive[id] = 1;
    this.size++;
    if (this.#width > 0) {
      if ((this.size + this.#deadSlots) * 4 > this.#slots.length * 3) this.#rehash();
      else this.#put(id);
    }
    return id;
  }

  remove(id: number): void {
    if (this.#width > 0) {
      const mask = this.#slots.length - 1;
      let slot = spread(this.#hash(id)) & mask;
      while (this.#slots[slot] !== id) slot = (slot + 1) & mask;
      this.#slots[slot] = deadSlot;
      this.#deadSlots++;
    }
    for (let i = 0; i < this.#width; i++) this.#release(i, this.#keys[id * this.#width + i]!);
    this.#alive[id] = 0;
    this.size--;
    this.#freeIds.push(id);
  }

  valuesOf(id: number): string[] {
    return this.#values.map((known, i) => known[this.#keys[id * this.#width + i]!]!);
  }

  #holds(id: number, values: readonly string[]): boolean {
    for (let i = 0; i < this.#width; i++) {
      if (this.#values[i]![this.#keys[id * this.#width + i]!] !== values[i]) return false;
    }
    return true;
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

  #intern(label: number, value: string): number {
    const numbers = this.#numbers[label]!;
    let number = numbers.get(value);
    if (number === undefined) {
      number = this.#freeNumbers[label]!.pop() ?? this.#values[label]!.length;
      numbers.set(value, number);
      this.#values[label]![number] = value;
      this.#uses[label]![number] = 0;
    }
    this.#uses[label]![number]!++;
    return number;
  }

  #release(label: number, number: number): void {
    const uses = this.#uses[label]!;
    uses[number]!--;
    if (uses[number] !== 0) return;
    this.#numbers[label]!.delete(this.#values[label]![number]!);
    this.#values[label]![number] = '';
    this.#freeNumbers[label]!.push(number);
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

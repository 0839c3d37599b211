/** Random choices that come out the same for the same seed (mulberry32). */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, `below`. */
  number(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  chance(percent: number): boolean {
    return this.number(100) < percent;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.number(from.length)] as T;
  }

  list<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.number(most - least + 1) }, make);
  }
}

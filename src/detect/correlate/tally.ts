/** The values of a window's hits, kept up as hits come and go so that no look goes through all of them. */
export interface Tally {
  add(value: string): void;
  remove(value: string): void;
}

/** How many distinct values there are. */
export class DistinctValues implements Tally {
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  /** How often a value is there. */
  count(value: string): number {
    return this.#counts.get(value) ?? 0;
  }

  add(value: string): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  remove(value: string): void {
    const left = (this.#counts.get(value) ?? 0) - 1;
    if (left > 0) this.#counts.set(value, left);
    else this.#counts.delete(value);
  }
}

/** The values that are numbers, in order; others do not count. */
export class SortedNumbers implements Tally {
  readonly sorted: number[] = [];

  add(value: string): void {
    const number = numberOf(value);
    if (number !== undefined) this.sorted.splice(this.#placeOf(number), 0, number);
  }

  remove(value: string): void {
    const number = numberOf(value);
    if (number !== undefined) this.sorted.splice(this.#placeOf(number), 1);
  }

  /** The first place whose number is not smaller. */
  #placeOf(number: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sorted[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function numberOf(value: string): number | undefined {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return Number.isNaN(number) ? undefined : number;
}

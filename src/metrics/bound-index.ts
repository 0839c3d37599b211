import * as bits from './double-bits.ts';

// Of its own: what a module imports, V8 loads from a cell and checks at each use.
const { highWord } = bits;

/** The cell of a positive value: an eighth of a power of two, its upper edge in it. */
function cellOf(value: number): number {
  return highWord(value) >> 17;
}

/** Cells at most: bounds that are further apart are few in most of them, and are searched. */
const maxCells = 4096;

/** Finds the bucket of a value among rising bounds: read off its cell, then compared with the bounds in it. */
export class BoundIndex {
  /** The bounds, and infinity. */
  declare private readonly bounds: Float64Array;
  /** The cell that `starts` begins with. */
  declare private readonly first: number;
  /** Bounds in the cells before each. */
  declare private readonly starts: Uint16Array;

  constructor(bounds: Float64Array) {
    this.bounds = Float64Array.of(...bounds, Infinity);
    const positive = bounds.findIndex((bound) => bound > 0);
    const cells = positive < 0 ? [] : Array.from(bounds.subarray(positive), cellOf);
    const first = cells[0] ?? 0;
    const count = cells.length === 0 ? 0 : cells.at(-1)! - first + 1;
    this.first = first;
    this.starts = new Uint16Array(count > maxCells ? 0 : count);
    let before = 0;
    for (let cell = 0; cell < this.starts.length; cell++) {
      while (cells[before]! < first + cell) before++;
      this.starts[cell] = positive + before;
    }
  }

  /** How many bounds lie below a value. */
  find(value: number): number {
    const { bounds, starts } = this;
    const cell = cellOf(value) - this.first;
    if (cell >>> 0 >= starts.length) return search(bounds, value);
    let bucket = starts[cell]!;
    while (value > bounds[bucket]!) bucket++;
    return bucket;
  }
}

function search(bounds: Float64Array, value: number): number {
  let from = 0;
  let to = bounds.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (value <= bounds[middle]!) to = middle;
    else from = middle + 1;
  }
  return from;
}

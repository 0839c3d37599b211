import { bucketCount, bucketMiddle, scale, subBuckets } from '../backend/contract/log-linear.ts';
import { type Columns, moved } from './columns.ts';
import * as bits from './double-bits.ts';

const { subBits, octaves } = scale;
// Of its own: what a module imports, V8 loads from a cell and checks at each use.
const { highWord } = bits;
/** Bits of the high word that lie below a bucket. */
const shift = 20 - scale.subBits;
const lowest = 2 ** scale.minExponent;
const firstBucket = (1023 + scale.minExponent) << scale.subBits;

/**
 * The bucket of a value, if {@link isOnScale} says that it is one: the exponent and the first bits of the mantissa.
 * A bucket holds its upper edge.
 */
export function bucketWithin(value: number): number {
  return (highWord(value) >> shift) - firstBucket;
}

/** Whether {@link bucketWithin} gave a bucket: the value is above 2⁻³² and not above 2⁴⁸, nor NaN. */
export function isOnScale(bucket: number): boolean {
  return bucket >>> 0 < bucketCount;
}

/** The bucket of any value ≥ 0; what lies beside the scale is in the bucket at its end. */
export function bucketOf(value: number): number {
  return value <= lowest ? 0 : Math.min(bucketWithin(value), bucketCount - 1);
}

/**
 * Log-linear counts of many series: each octave that a series has seen is one page of 64 counts
 * (256 bytes), found through the series' directory (320 bytes). Page 0 stands for none.
 */
export class LogLinearPages {
  // Declared, not defined: see Family.
  /** @internal */
  declare directory: Uint32Array;
  /** @internal */
  declare pages: Uint32Array;
  /** What counts have above 32 bits, once one has. @internal */
  spill: Float64Array | undefined;
  readonly #columns: Columns;
  readonly #free: number[] = [];
  /** Called when a column moved. */
  readonly #moved: () => void;
  used = 1;

  constructor(columns: Columns, moved: () => void) {
    this.#columns = columns;
    this.#moved = moved;
    this.directory = columns.integers(4 * scale.octaves);
    this.pages = columns.integers(8 * subBuckets);
  }

  /** Whether another thread reads the columns, so that one that moves is not emptied. */
  get shared(): boolean {
    return this.#columns.shared;
  }

  /** Counts one in a bucket. */
  increment(row: number, bucket: number): void {
    // Shifts and imul, since a product of numbers is taken in doubles.
    const page = this.directory[Math.imul(row, octaves) + (bucket >> subBits)]!;
    const at = (page << subBits) + (bucket & (subBuckets - 1));
    // As 32 bits, which come round to 0 where the count is at its highest.
    const count = (this.pages[at]! + 1) | 0;
    if (page !== 0 && count !== 0) this.pages[at] = count;
    else this.add(row, bucket, 1);
  }

  /** Adds `count` to a bucket. */
  add(row: number, bucket: number, count: number): void {
    const at = Math.imul(row, octaves) + (bucket >> subBits);
    const page = this.directory[at] || this.#allocate(at);
    this.#raise((page << subBits) + (bucket & (subBuckets - 1)), count);
  }

  /** Adds another set's row to a row of this one. */
  merge(row: number, from: LogLinearColumns, fromRow: number): void {
    for (let octave = 0; octave < scale.octaves; octave++) {
      const source = from.directory[fromRow * scale.octaves + octave]!;
      if (source === 0) continue;
      const at = row * scale.octaves + octave;
      const page = this.directory[at] || this.#allocate(at);
      for (let i = 0; i < subBuckets; i++) {
        this.#raise(page * subBuckets + i, countAt(from, source * subBuckets + i));
      }
    }
  }

  /**
   * Moves the directory, to one of `rows` rows. The old one is emptied, so that a handle that keeps it finds no page and
   * looks anew; but not where another thread reads it, which would miss what was counted.
   */
  moveDirectory(rows: number): void {
    const old = this.directory;
    this.directory = this.#columns.integers(rows * octaves);
    this.directory.set(old);
    if (!this.shared) old.fill(0);
    this.#moved();
  }

  /** Empties a row; its pages are given out again. */
  clear(row: number): void {
    for (let at = row * scale.octaves; at < (row + 1) * scale.octaves; at++) {
      const page = this.directory[at]!;
      if (page === 0) continue;
      this.directory[at] = 0;
      this.pages.fill(0, page * subBuckets, (page + 1) * subBuckets);
      this.spill?.fill(0, page * subBuckets, (page + 1) * subBuckets);
      this.#free.push(page);
    }
  }

  count(rows: readonly number[]): number {
    let count = 0;
    for (const counts of this.#merged(rows)) count += counts;
    return count;
  }

  /** A quantile over the union of some rows, within 1/128 of the value; NaN where they are empty. */
  quantile(rows: readonly number[], q: number): number {
    const counts = this.#merged(rows);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0 || !(q >= 0 && q <= 1)) return Number.NaN;
    const rank = Math.max(1, Math.ceil(q * total));
    let bucket = -1;
    for (let seen = 0; seen < rank && bucket < bucketCount - 1; ) seen += counts[++bucket]!;
    return bucketMiddle(bucket);
  }

  /** The counts that are not zero, as (bucket, count) pairs by rising bucket. */
  *counts(row: number): Generator<[number, number]> {
    for (let octave = 0; octave < scale.octaves; octave++) {
      const page = this.directory[row * scale.octaves + octave]!;
      if (page === 0) continue;
      for (let i = 0; i < subBuckets; i++) {
        const count = countAt(this, page * subBuckets + i);
        if (count !== 0) yield [octave * subBuckets + i, count];
      }
    }
  }

  /** Puts the counts of all pages in use into `target`. */
  copyCounts(target: Float64Array, at: number): void {
    const used = this.used * subBuckets;
    target.set(this.pages.subarray(0, used), at);
    if (this.spill) for (let i = 0; i < used; i++) target[at + i]! += this.spill[i]!;
  }

  get bytes(): number {
    return this.directory.byteLength + this.pages.byteLength + (this.spill?.byteLength ?? 0);
  }

  #merged(rows: readonly number[]): Float64Array {
    const counts = new Float64Array(bucketCount);
    for (const row of rows) for (const [bucket, count] of this.counts(row)) counts[bucket]! += count;
    return counts;
  }

  #allocate(at: number): number {
    const page = this.#free.pop() ?? this.used++;
    if ((page + 1) * subBuckets > this.pages.length) {
      const pages = this.#columns.integers(this.pages.length * 2);
      pages.set(this.pages);
      this.pages = pages;
      if (this.spill) this.spill = moved(this.#columns, this.spill, pages.length);
      this.moveDirectory(this.directory.length / octaves);
    }
    this.directory[at] = page;
    return page;
  }

  /** Adds to the count at a place, as far as 32 bits hold it; the rest spills. */
  #raise(at: number, count: number): void {
    const raised = this.pages[at]! + count;
    if (raised === raised >>> 0) {
      this.pages[at] = raised;
      return;
    }
    if (!this.spill) {
      this.spill = this.#columns.numbers(this.pages.length);
      this.#moved();
    }
    this.spill[at]! += count;
  }
}

/** The columns of {@link LogLinearPages}, as another thread sees them. */
export interface LogLinearColumns {
  readonly directory: Uint32Array;
  readonly pages: Uint32Array;
  readonly spill?: Float64Array | undefined;
}

function countAt(columns: LogLinearColumns, at: number): number {
  return columns.pages[at]! + (columns.spill?.[at] ?? 0);
}

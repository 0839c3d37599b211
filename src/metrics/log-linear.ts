import { bucketCount, bucketMiddle, scale, subBuckets } from '../backend/contract/log-linear.ts';
import { type Columns, longer } from './columns.ts';

const { subBits, octaves } = scale;
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
/** Mantissa bits of a single that lie below a bucket. */
const shift = 23 - scale.subBits;
const firstBucket = (127 + scale.minExponent) << scale.subBits;

/** Values above `lowest` and below `beyond` lie on the scale. */
export const lowest = 2 ** scale.minExponent;
export const beyond = 2 ** (scale.minExponent + scale.octaves);

/**
 * The bucket of a value above {@link lowest} and below {@link beyond}: the exponent and the first bits of the
 * mantissa, read off the value as a single. One bit less unless the single lies below the value, so that a bucket
 * holds its upper edge, as `le` means it, and rounding moves nothing over an edge. No branch: half of all values
 * round down, so that one would be guessed wrong half the time.
 */
export function bucketWithin(value: number): number {
  single[0] = value;
  return ((singleBits[0]! - +(value <= Math.fround(value))) >> shift) - firstBucket;
}

/** The bucket of any value ≥ 0; what lies beside the scale is in the bucket at its end. */
export function bucketOf(value: number): number {
  if (value <= lowest) return 0;
  return value < beyond ? bucketWithin(value) : bucketCount - 1;
}

/**
 * Log-linear counts of many series: each octave that a series has seen is one page of 64 counts
 * (512 bytes), found through the series' directory (320 bytes). Page 0 stands for none.
 */
export class LogLinearPages {
  /** @internal */
  directory: Uint32Array;
  /** @internal */
  pages: Float64Array;
  readonly #columns: Columns;
  readonly #free: number[] = [];
  /** Called when a column moved. */
  readonly #moved: () => void;
  used = 1;

  constructor(columns: Columns, moved: () => void) {
    this.#columns = columns;
    this.#moved = moved;
    this.directory = columns.integers(4 * scale.octaves);
    this.pages = columns.numbers(8 * subBuckets);
  }

  /** Counts one in a bucket. */
  increment(row: number, bucket: number): void {
    const page = this.directory[Math.imul(row, octaves) + (bucket >> subBits)]!;
    if (page === 0) this.add(row, bucket, 1);
    else this.pages[(page << subBits) + (bucket & (subBuckets - 1))]! += 1;
  }

  /** Adds `count` to a bucket. */
  add(row: number, bucket: number, count: number): void {
    // Shifts and imul, since a product of numbers is taken in doubles.
    const at = Math.imul(row, octaves) + (bucket >> subBits);
    let page = this.directory[at]!;
    if (page === 0) page = this.#allocate(at);
    this.pages[(page << subBits) + (bucket & (subBuckets - 1))]! += count;
  }

  /** Adds another set's row to a row of this one. */
  merge(row: number, from: LogLinearColumns, fromRow: number): void {
    for (let octave = 0; octave < scale.octaves; octave++) {
      const source = from.directory[fromRow * scale.octaves + octave]!;
      if (source === 0) continue;
      const at = row * scale.octaves + octave;
      const page = this.directory[at] || this.#allocate(at);
      for (let i = 0; i < subBuckets; i++) {
        this.pages[page * subBuckets + i]! += from.pages[source * subBuckets + i]!;
      }
    }
  }

  /** Makes room for rows up to `row`. */
  grow(row: number): void {
    if ((row + 1) * scale.octaves <= this.directory.length) return;
    const directory = this.#columns.integers(Math.max(this.directory.length * 2, (row + 1) * scale.octaves));
    directory.set(this.directory);
    this.directory = directory;
    this.#moved();
  }

  /** Empties a row; its pages are given out again. */
  clear(row: number): void {
    for (let at = row * scale.octaves; at < (row + 1) * scale.octaves; at++) {
      const page = this.directory[at]!;
      if (page === 0) continue;
      this.directory[at] = 0;
      this.pages.fill(0, page * subBuckets, (page + 1) * subBuckets);
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
        const count = this.pages[page * subBuckets + i]!;
        if (count !== 0) yield [octave * subBuckets + i, count];
      }
    }
  }

  get bytes(): number {
    return this.directory.byteLength + this.pages.byteLength;
  }

  #merged(rows: readonly number[]): Float64Array {
    const counts = new Float64Array(bucketCount);
    for (const row of rows) for (const [bucket, count] of this.counts(row)) counts[bucket]! += count;
    return counts;
  }

  #allocate(at: number): number {
    const page = this.#free.pop() ?? this.used++;
    if ((page + 1) * subBuckets > this.pages.length) {
      this.pages = longer(this.#columns, this.pages, this.pages.length * 2);
      this.#moved();
    }
    this.directory[at] = page;
    return page;
  }
}

/** The columns of {@link LogLinearPages}, as another thread sees them. */
export interface LogLinearColumns {
  readonly directory: Uint32Array;
  readonly pages: Float64Array;
}

import { bucketCount, bucketMiddle, scale, subBuckets } from '../backend/contract/log-linear.ts';
import { type Columns, longer } from './columns.ts';

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const high = littleEndian ? 1 : 0;
const low = 1 - high;
const firstBucket = (1023 + scale.minExponent) << scale.subBits;
const mantissaShift = 20 - scale.subBits;

/** The bucket of a value ≥ 0: the exponent and the first bits of the mantissa; an edge belongs below. */
export function bucketOf(value: number): number {
  double[0] = value;
  // One bit less, so that a bucket holds its upper edge, as `le` means it.
  const top = halves[low] === 0 ? halves[high]! - 1 : halves[high]!;
  const bucket = (top >> mantissaShift) - firstBucket;
  return bucket < 0 ? 0 : bucket >= bucketCount ? bucketCount - 1 : bucket;
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

  record(row: number, value: number): void {
    const bucket = bucketOf(value);
    const at = row * scale.octaves + (bucket >> scale.subBits);
    let page = this.directory[at]!;
    if (page === 0) page = this.#allocate(at);
    this.pages[page * subBuckets + (bucket & (subBuckets - 1))]! += 1;
  }

  /** Adds `count` to a bucket: for merging. */
  add(row: number, bucket: number, count: number): void {
    const at = row * scale.octaves + (bucket >> scale.subBits);
    const page = this.directory[at] || this.#allocate(at);
    this.pages[page * subBuckets + (bucket & (subBuckets - 1))]! += count;
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

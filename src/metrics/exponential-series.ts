import * as contract from '../backend/contract/log-linear.ts';
import * as logLinear from './log-linear.ts';
import { type Observer, ObserverSeries } from './observer.ts';

// Constants of its own: what a module imports, V8 loads from a cell and checks at each use.
const { subBits, octaves } = contract.scale;
const { bucketCount } = contract;
const { bucketWithin } = logLinear;
const stepMask = contract.subBuckets - 1;
const noDirectory = new Uint32Array(octaves);

interface Paged extends Observer<string> {
  readonly pages: logLinear.LogLinearPages;
}

/**
 * One series of an exponential histogram, which keeps the columns: a record looks nowhere else. Where they have
 * moved or the series is gone, the directory kept reads as empty, and the record takes the long way.
 */
export class ExponentialSeries extends ObserverSeries {
  // Declared, not defined: see Family.
  /** @internal */
  declare private readonly histogram: Paged;
  /** @internal */
  declare private id: number;
  /** Where the series' row of the directory begins. @internal */
  declare private row: number;
  /** @internal */
  declare private directory: Uint32Array;
  /** @internal */
  declare private pages: Uint32Array;
  /** @internal */
  declare private sums: Float64Array;

  /** @internal */
  constructor(histogram: Paged, values: readonly string[]) {
    super(histogram, values);
    this.histogram = histogram;
    this.id = 0;
    this.row = 0;
    this.directory = noDirectory;
    this.pages = histogram.pages.pages;
    this.sums = histogram.values;
  }

  override observe(value: number): void {
    const bucket = bucketWithin(value);
    if (bucket >>> 0 < bucketCount) {
      const page = this.directory[(this.row + (bucket >> subBits)) | 0]!;
      if (page !== 0) {
        const at = (page << subBits) | (bucket & stepMask);
        // As 32 bits, which come round to 0 where the count is at its highest.
        const count = (this.pages[at]! + 1) | 0;
        if (count !== 0) {
          this.pages[at] = count;
          this.sums[this.id]! += value;
          return;
        }
      }
    }
    this.observeAnew(value);
  }

  /** @internal */
  private observeAnew(value: number): void {
    const { histogram } = this;
    this.id = this.current();
    histogram.record(this.id, value);
    if (histogram.pages.shared) return;
    this.row = this.id * octaves;
    this.directory = histogram.pages.directory;
    this.pages = histogram.pages.pages;
    this.sums = histogram.values;
  }
}

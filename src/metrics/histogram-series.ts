import { type Observer, ObserverSeries } from './observer.ts';

interface Fixed extends Observer<string> {
  recordAt(at: number, value: number): void;
}

/** One series of a histogram of fixed buckets, which keeps where its values begin. */
export class HistogramSeries extends ObserverSeries {
  // Declared, not defined: see Family.
  /** @internal */
  declare private readonly histogram: Fixed;
  /** @internal */
  declare private at: number;
  /** @internal */
  declare private epoch: number;

  /** @internal */
  constructor(histogram: Fixed, values: readonly string[]) {
    super(histogram, values);
    this.histogram = histogram;
    this.at = 0;
    this.epoch = -1;
  }

  override observe(value: number): void {
    const { histogram } = this;
    if (this.epoch !== histogram.epoch) {
      this.at = this.current() * histogram.stride;
      this.epoch = histogram.epoch;
    }
    histogram.recordAt(this.at, value);
  }
}

// What a record cannot be below: the additions that it consists of, called as a method of a handle.

/** A counter that is an element of an array, and checks nothing. */
export class ArrayElement {
  declare private readonly values: Float64Array;
  declare private readonly at: number;

  constructor(values: Float64Array, at: number) {
    this.values = values;
    this.at = at;
  }

  add(amount: number): void {
    this.values[this.at]! += amount;
  }
}

/** A histogram that is a sum and a count among 1024, with no scale to find the count on. */
export class ArrayElements {
  declare private readonly sums: Float64Array;
  declare private readonly counts: Uint32Array;
  declare private readonly at: number;

  constructor(sums: Float64Array, counts: Uint32Array, at: number) {
    this.sums = sums;
    this.counts = counts;
    this.at = at;
  }

  add(value: number): void {
    this.counts[(value * 1024) & 1023]! += 1;
    this.sums[this.at]! += value;
  }
}

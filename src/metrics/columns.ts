/** Makes the memory that values live in: this thread's own, or shared with the thread that scrapes. */
export interface Columns {
  /** Whether another thread reads them at any time. */
  readonly shared: boolean;
  numbers(length: number): Float64Array;
  integers(length: number): Uint32Array;
}

export const ownColumns: Columns = {
  shared: false,
  numbers: (length) => new Float64Array(length),
  integers: (length) => new Uint32Array(length),
};

export const sharedColumns: Columns = {
  shared: true,
  numbers: (length) => new Float64Array(new SharedArrayBuffer(length * 8)),
  integers: (length) => new Uint32Array(new SharedArrayBuffer(length * 4)),
};

/** Another column that begins with the old one's values. */
export function moved(columns: Columns, column: Float64Array, length: number): Float64Array {
  const fresh = columns.numbers(length);
  fresh.set(column);
  return fresh;
}

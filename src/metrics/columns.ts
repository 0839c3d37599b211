/** Makes the memory that values live in: this thread's own, or shared with the thread that scrapes. */
export interface Columns {
  numbers(length: number): Float64Array;
  integers(length: number): Uint32Array;
}

export const ownColumns: Columns = {
  numbers: (length) => new Float64Array(length),
  integers: (length) => new Uint32Array(length),
};

export const sharedColumns: Columns = {
  numbers: (length) => new Float64Array(new SharedArrayBuffer(length * 8)),
  integers: (length) => new Uint32Array(new SharedArrayBuffer(length * 4)),
};

/** A longer column that begins with the old one's values. */
export function longer(columns: Columns, column: Float64Array, length: number): Float64Array {
  const grown = columns.numbers(length);
  grown.set(column);
  return grown;
}

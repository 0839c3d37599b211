import type { IpColumns, IpRows } from '../../contract/match.ts';

/** Flattens prefixes into rows; see the contract. */
export function flattenPrefixes(columns: IpColumns): IpRows {
  const { words, starts, lengths, values } = columns;
  const rows = new Rows(words, 2 * lengths.length + 1);
  rows.emit(new Uint32Array(words), 0);
  /** Prefixes that hold the current place, outermost first: last addresses and values. */
  const openLast: Uint32Array[] = [];
  const openValue: number[] = [];
  const closeBefore = (start: Uint32Array | undefined) => {
    while (openLast.length > 0 && !(start && compare(openLast.at(-1)!, start) >= 0)) {
      const next = increment(openLast.pop()!);
      openValue.pop();
      if (next) rows.emit(next, openValue.at(-1) ?? 0);
    }
  };
  for (const i of sortedOrder(columns)) {
    const start = starts.subarray(i * words, (i + 1) * words);
    closeBefore(start);
    rows.emit(start, values[i]!);
    openLast.push(lastOf(start, lengths[i]!));
    openValue.push(values[i]!);
  }
  closeBefore(undefined);
  return rows.done();
}

class Rows {
  private readonly words: number;
  private readonly starts: Uint32Array;
  private readonly values: Uint32Array;
  private count = 0;

  constructor(words: number, most: number) {
    this.words = words;
    this.starts = new Uint32Array(most * words);
    this.values = new Uint32Array(most);
  }

  emit(start: Uint32Array, value: number): void {
    const { words, starts, values } = this;
    const last = starts.subarray((this.count - 1) * words, this.count * words);
    if (this.count > 0 && compare(last, start) === 0) this.count--;
    if (this.count > 0 && values[this.count - 1] === value) return;
    starts.set(start, this.count * words);
    values[this.count++] = value;
  }

  done(): IpRows {
    return {
      starts: this.starts.slice(0, this.count * this.words),
      values: this.values.slice(0, this.count),
    };
  }
}

/** Indices by start, then length; stable, so that of equal prefixes the later one stays later. */
function sortedOrder({ words, starts, lengths }: IpColumns): Uint32Array {
  let order = Uint32Array.from(lengths.keys());
  let spare = new Uint32Array(order.length);
  const pass = (digit: (i: number) => number) => {
    const places = new Uint32Array(257);
    for (const i of order) places[digit(i) + 1]!++;
    for (let d = 0; d < 256; d++) places[d + 1]! += places[d]!;
    for (const i of order) spare[places[digit(i)]!++] = i;
    [order, spare] = [spare, order];
  };
  // Least significant digit first: the length, then the start's bytes from the last.
  pass((i) => lengths[i]!);
  for (let word = words - 1; word >= 0; word--) {
    for (let shift = 0; shift < 32; shift += 8) pass((i) => (starts[i * words + word]! >>> shift) & 0xff);
  }
  return order;
}

function compare(a: Uint32Array, b: Uint32Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}

function lastOf(start: Uint32Array, length: number): Uint32Array {
  return start.map((word, i) => {
    const inside = Math.min(32, Math.max(0, length - 32 * i));
    return inside === 32 ? word : word | (0xffff_ffff >>> inside);
  });
}

/** The next address, or `undefined` after the last one. */
function increment(address: Uint32Array): Uint32Array | undefined {
  for (let i = address.length - 1; i >= 0; i--) {
    address[i]!++;
    if (address[i] !== 0) return address;
  }
  return undefined;
}

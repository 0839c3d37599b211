import { isMapped, parseV4, parseV6 } from '../../contract/address.ts';
import type { IpMatcher, IpRows, IpTable } from '../../contract/match.ts';

/** Looks addresses up by binary search in flat rows. */
export class PortableIpTable implements IpMatcher {
  private readonly v4: IpRows;
  private readonly v6: IpRows;
  private readonly v4Index: Uint32Array;
  private readonly v6Index: Uint32Array;
  private readonly address = new Uint32Array(4);

  constructor({ v4, v6 }: IpTable) {
    this.v4 = v4;
    this.v6 = v6;
    this.v4Index = indexTop(v4.starts, 1);
    this.v6Index = indexTop(v6.starts, 4);
  }

  lookup(text: string): number {
    // What is longer than the longest address is none.
    if (text.length > 45) return 0;
    const v4 = parseV4(text, 0, text.length);
    if (v4 >= 0) return this.lookupV4(v4);
    return parseV6(text, 0, text.length, this.address) ? this.lookupV6(this.address) : 0;
  }

  lookupPacked(addresses: Uint8Array, out: Uint32Array): void {
    const view = new DataView(addresses.buffer, addresses.byteOffset, addresses.length);
    for (let i = 0; i < out.length && (i + 1) * 16 <= addresses.length; i++) {
      for (let word = 0; word < 4; word++) this.address[word] = view.getUint32(i * 16 + word * 4);
      out[i] = this.lookupV6(this.address);
    }
  }

  private lookupV4(address: number): number {
    const { starts, values } = this.v4;
    const top = address >>> 16;
    let low = this.v4Index[top]!;
    let high = this.v4Index[top + 1]! + 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= address) low = middle;
      else high = middle;
    }
    return values[low]!;
  }

  private lookupV6(address: Uint32Array): number {
    if (isMapped(address)) return this.lookupV4(address[3]!);
    const { starts, values } = this.v6;
    const top = address[0]! >>> 16;
    let low = this.v6Index[top]!;
    let high = this.v6Index[top + 1]! + 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (startsBefore(starts, middle * 4, address)) low = middle;
      else high = middle;
    }
    return values[low]!;
  }
}

/** Whether the row at `at` begins at the address or before; mostly the first words tell. */
function startsBefore(starts: Uint32Array, at: number, address: Uint32Array): boolean {
  const first = starts[at]!;
  if (first !== address[0]) return first < address[0]!;
  for (let i = 1; i < 4; i++) {
    if (starts[at + i]! !== address[i]!) return starts[at + i]! < address[i]!;
  }
  return true;
}

/** For every top 16 bits, the row that holds their first address; one more at the end. */
function indexTop(starts: Uint32Array, words: number): Uint32Array {
  const rows = starts.length / words;
  const startsAfter = (row: number, first: number): boolean => {
    if (starts[row * words]! !== first) return starts[row * words]! > first;
    for (let word = 1; word < words; word++) if (starts[row * words + word]! > 0) return true;
    return false;
  };
  const index = new Uint32Array((1 << 16) + 1);
  let row = 0;
  for (let top = 0; top < 1 << 16; top++) {
    while (row + 1 < rows && !startsAfter(row + 1, top * 0x1_0000)) row++;
    index[top] = row;
  }
  index[1 << 16] = rows - 1;
  return index;
}

import { isMapped, parseV4, parseV6 } from '../../contract/address.ts';
import type { IpMatcher, IpRows, IpTable } from '../../contract/match.ts';

/** Looks addresses up by binary search in flat rows. */
export class PortableIpTable implements IpMatcher {
  private readonly v4: IpRows;
  private readonly v6: IpRows;
  /** For every top 16 bits of IPv4, the row that holds their first address; one more at the end. */
  private readonly index: Uint32Array;
  private readonly address = new Uint32Array(4);

  constructor({ v4, v6 }: IpTable) {
    this.v4 = v4;
    this.v6 = v6;
    this.index = indexTop(v4.starts);
  }

  lookup(text: string): number {
    // What is longer than the longest address is none.
    if (text.length > 45) return 0;
    const v4 = parseV4(text, 0, text.length);
    if (v4 >= 0) return this.lookupV4(v4);
    return parseV6(text, 0, text.length, this.address) ? this.lookupV6(this.address) : 0;
  }

  lookupLines(text: Uint8Array, out: Uint32Array): void {
    const lines = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1');
    for (let i = 0, at = 0; i < out.length && at <= lines.length; i++) {
      const feed = lines.indexOf('\n', at);
      const end = feed < 0 ? lines.length : feed;
      out[i] = this.lookup(lines.slice(at, end));
      at = end + 1;
    }
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
    let low = this.index[top]!;
    let high = this.index[top + 1]! + 1;
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
    let low = 0;
    let high = values.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (startsBefore(starts, middle * 4, address)) low = middle;
      else high = middle;
    }
    return values[low]!;
  }
}

/** Whether the row at `at` begins at the address or before. */
function startsBefore(starts: Uint32Array, at: number, address: Uint32Array): boolean {
  for (let i = 0; i < 4; i++) {
    if (starts[at + i]! !== address[i]!) return starts[at + i]! < address[i]!;
  }
  return true;
}

function indexTop(starts: Uint32Array): Uint32Array {
  const index = new Uint32Array((1 << 16) + 1);
  let row = 0;
  for (let top = 0; top < 1 << 16; top++) {
    while (row + 1 < starts.length && starts[row + 1]! <= top * 0x1_0000) row++;
    index[top] = row;
  }
  index[1 << 16] = starts.length - 1;
  return index;
}

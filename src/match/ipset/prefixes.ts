import { isMapped, parseV4, parseV6 } from '../../backend/contract/address.ts';
import type { IpColumns } from '../../backend/contract/match.ts';

/** Prefixes of one family in flat, growing columns. */
class Columns {
  private readonly words: 1 | 4;
  private starts: Uint32Array;
  private lengths = new Uint8Array(64);
  private values = new Uint32Array(64);
  count = 0;

  constructor(words: 1 | 4) {
    this.words = words;
    this.starts = new Uint32Array(64 * words);
  }

  add(start: Uint32Array, from: number, length: number, value: number): void {
    if (this.count === this.lengths.length) this.grow();
    for (let word = 0; word < this.words; word++) {
      const inside = Math.min(32, Math.max(0, length - 32 * word));
      const mask = inside === 0 ? 0 : (0xffff_ffff << (32 - inside)) >>> 0;
      this.starts[this.count * this.words + word] = start[from + word]! & mask;
    }
    this.lengths[this.count] = length;
    this.values[this.count++] = value;
  }

  private grow(): void {
    const grown = <T extends Uint8Array | Uint32Array>(old: T, bigger: T): T => {
      bigger.set(old);
      return bigger;
    };
    this.starts = grown(this.starts, new Uint32Array(this.starts.length * 2));
    this.lengths = grown(this.lengths, new Uint8Array(this.lengths.length * 2));
    this.values = grown(this.values, new Uint32Array(this.values.length * 2));
  }

  done(): IpColumns {
    return {
      words: this.words,
      starts: this.starts.subarray(0, this.count * this.words),
      lengths: this.lengths.subarray(0, this.count),
      values: this.values.subarray(0, this.count),
    };
  }
}

/** Reads prefixes and keeps them by family. */
export class PrefixColumns {
  readonly v4 = new Columns(1);
  readonly v6 = new Columns(4);
  private readonly address = new Uint32Array(4);

  /**
   * Takes `text[from..to]`: an address, or one with `/length`. Bits beyond the length are cleared;
   * an IPv4-mapped prefix is taken as IPv4.
   *
   * @returns what is wrong with it, or `undefined`.
   */
  add(text: string, from: number, to: number, value: number): string | undefined {
    const slash = text.lastIndexOf('/', to - 1);
    const end = slash >= from ? slash : to;
    const isV4 = this.readAddress(text, from, end);
    if (isV4 === undefined) return 'not an IP address';
    const bits = isV4 ? 32 : 128;
    const length = slash >= from ? prefixLength(text, slash + 1, to) : bits;
    if (length < 0 || length > bits) return `the prefix length is not from 0 to ${bits}`;
    if (isV4) this.v4.add(this.address, 0, length, value);
    else if (length >= 96 && isMapped(this.address)) this.v4.add(this.address, 3, length - 96, value);
    else this.v6.add(this.address, 0, length, value);
    return undefined;
  }

  private readAddress(text: string, from: number, to: number): boolean | undefined {
    const v4 = parseV4(text, from, to);
    if (v4 >= 0) {
      this.address[0] = v4;
      return true;
    }
    return parseV6(text, from, to, this.address) ? false : undefined;
  }
}

function prefixLength(text: string, from: number, to: number): number {
  const digits = to - from;
  if (digits < 1 || digits > 3 || (digits > 1 && text.charCodeAt(from) === 0x30)) return -1;
  let length = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}

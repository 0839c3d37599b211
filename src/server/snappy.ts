/** What a decoder throws on; told apart by `tooLong` alone. */
export class SnappyError extends Error {
  readonly tooLong: boolean;

  constructor(message: string, tooLong = false) {
    super(message);
    this.tooLong = tooLong;
  }
}

/**
 * Unpacks Snappy's block format (google/snappy, format_description.txt). Every element moves on in input and output, so
 * that the time is bounded by their lengths; the output is of the length that stands at its head, to the byte.
 *
 * @throws {SnappyError} `tooLong` where that length is more than `maxBytes`, before anything is unpacked.
 */
export function unsnap(packed: Uint8Array, maxBytes: number): Buffer {
  const { length, start } = readLength(packed);
  if (length > maxBytes) throw new SnappyError(`${length} bytes are more than ${maxBytes}`, true);
  const out = Buffer.alloc(length);
  let [at, to] = [start, 0];
  /** A number of up to four bytes, little-endian. */
  const read = (bytes: number): number => {
    if (at + bytes > packed.length) throw broken();
    let value = 0;
    for (let place = bytes - 1; place >= 0; place--) value = value * 256 + (packed[at + place] as number);
    at += bytes;
    return value;
  };
  while (at < packed.length) {
    const tag = packed[at++] as number;
    const high = tag >>> 2;
    if ((tag & 3) === 0) {
      const size = (high < 60 ? high : read(high - 59)) + 1;
      if (size > packed.length - at || size > length - to) throw broken();
      out.set(packed.subarray(at, at + size), to);
      at += size;
      to += size;
      continue;
    }
    const near = (tag & 3) === 1;
    const size = near ? (high & 7) + 4 : high + 1;
    const back = near ? (tag >>> 5) * 256 + read(1) : read((tag & 3) === 2 ? 2 : 4);
    if (back === 0 || back > to || size > length - to) throw broken();
    // What is copied may reach into what the copy itself has just made.
    for (let end = to + size; to < end; to++) out[to] = out[to - back] as number;
  }
  if (to !== length) throw broken();
  return out;
}

/** The length of the output: seven bits a byte, lowest first. */
function readLength(packed: Uint8Array): { length: number; start: number } {
  let length = 0;
  for (let at = 0; at < Math.min(5, packed.length); at++) {
    const byte = packed[at] as number;
    length += (byte & 127) * 2 ** (7 * at);
    if (byte < 128) return { length, start: at + 1 };
  }
  throw broken();
}

const broken = () => new SnappyError('not a block of Snappy');

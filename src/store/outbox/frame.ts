import { crc32 } from 'node:zlib';

/**
 * A frame is what one sync made durable: magic, length, number and CRC-32, then that many bytes of newline-separated
 * records. Numbers rise by one, and the checksum covers the number of the segment too: what a file held before it was
 * used again is never taken for a frame of the segment that it now is.
 */
const magic = 0x32_46_4c_57; // "WLF2", little-endian
const headerBytes = 20;

/** Lays frames out in one buffer that is used again and again. */
export class FrameBuffer {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #length = headerBytes;

  /** Takes the records in, and gives the length of their frame in bytes. */
  fill(records: readonly string[]): number {
    const text = records.length === 1 ? (records[0] as string) : records.join('\n');
    this.#length = headerBytes + Buffer.byteLength(text, 'utf8');
    if (this.#length > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(2 * this.#length);
    this.#bytes.write(text, headerBytes, 'utf8');
    return this.#length;
  }

  /** The frame of the records taken in; valid until the next `fill`. */
  seal(number: number, segment: number): Buffer {
    const frame = this.#bytes.subarray(0, this.#length);
    frame.writeUInt32LE(magic, 0);
    frame.writeUInt32LE(this.#length - headerBytes, 4);
    frame.writeBigUInt64LE(BigInt(number), 8);
    frame.writeUInt32LE(checksum(frame, segment), 16);
    return frame;
  }
}

/** The records of the frame at `offset`, or `undefined` where no whole frame of this segment lies there. */
export function decodeFrame(
  bytes: Buffer,
  offset: number,
  segment: number,
): { number: number; records: string[]; end: number } | undefined {
  if (offset + headerBytes > bytes.length || bytes.readUInt32LE(offset) !== magic) return undefined;
  const end = offset + headerBytes + bytes.readUInt32LE(offset + 4);
  if (end > bytes.length) return undefined;
  const frame = bytes.subarray(offset, end);
  if (frame.readUInt32LE(16) !== checksum(frame, segment)) return undefined;
  const records = frame.toString('utf8', headerBytes).split('\n');
  return { number: Number(frame.readBigUInt64LE(8)), records, end };
}

/** Covers segment, length and number as well as the payload. */
const checksum = (frame: Buffer, segment: number) =>
  crc32(frame.subarray(headerBytes), crc32(frame.subarray(4, 16), crc32(String(segment))));

import { crc32 } from 'node:zlib';

/**
 * A frame is what one sync made durable: magic, number, length and CRC-32, then that many bytes of
 * newline-separated records. Numbers rise by one, so that a stale or torn frame is never taken for the next.
 */
const magic = 0x31_46_4c_57; // "WLF1", little-endian
const headerBytes = 20;

export function encodeFrame(number: number, records: readonly string[]): Buffer {
  const payload = Buffer.from(records.join('\n'), 'utf8');
  const frame = Buffer.allocUnsafe(headerBytes + payload.length);
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(payload.length, 4);
  frame.writeBigUInt64LE(BigInt(number), 8);
  payload.copy(frame, headerBytes);
  frame.writeUInt32LE(checksum(frame, payload), 16);
  return frame;
}

/** The records of the frame at `offset`, or `undefined` where no whole frame lies there. */
export function decodeFrame(
  bytes: Buffer,
  offset: number,
): { number: number; records: string[]; end: number } | undefined {
  if (offset + headerBytes > bytes.length || bytes.readUInt32LE(offset) !== magic) return undefined;
  const length = bytes.readUInt32LE(offset + 4);
  const end = offset + headerBytes + length;
  if (end > bytes.length) return undefined;
  const header = bytes.subarray(offset, offset + headerBytes);
  const payload = bytes.subarray(offset + headerBytes, end);
  if (header.readUInt32LE(16) !== checksum(header, payload)) return undefined;
  return { number: Number(header.readBigUInt64LE(8)), records: payload.toString('utf8').split('\n'), end };
}

/** Covers length and number as well as the payload. */
const checksum = (header: Buffer, payload: Buffer) => crc32(payload, crc32(header.subarray(4, 16)));

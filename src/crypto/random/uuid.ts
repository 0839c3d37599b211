import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;
let lastMs = 0;
let counter = 0;

/** Random bytes from a pool, wiped as they are given. */
function take(target: Buffer, at: number, length: number): void {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(target, at, used, used + length);
  pool.fill(0, used, used + length);
  used += length;
}

/**
 * A UUID of version 7 (RFC 9562 §5.7): sorts by the time it was made. Those of one process only ever rise:
 * the 12 bits behind the time count on within a millisecond from a random start (§6.2, method 1), and
 * where they run out, or the clock goes back, the time counts on instead. 62 bits are random.
 */
export function uuidv7(): string {
  const bytes = Buffer.allocUnsafe(16);
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    take(bytes, 6, 2);
    // The top bit stays free, so that at least 2048 ids fit into the millisecond.
    counter = bytes.readUInt16BE(6) & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs++;
    counter = 0;
  }
  take(bytes, 8, 8);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

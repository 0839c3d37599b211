import { layOutUuid, randomDigits } from '../../uuid.ts';

let lastMs = 0;
let counter = 0;

/**
 * A UUID of version 7 (RFC 9562 §5.7): sorts by the time it was made. Those of one process only ever rise:
 * the 12 bits behind the time count on within a millisecond from a random start (§6.2, method 1), and
 * where they run out, or the clock goes back, the time counts on instead. 62 bits are random.
 */
export function uuidv7(): string {
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // The top bit stays free, so that at least 2048 ids fit into the millisecond.
    counter = Number.parseInt(randomDigits(2), 16) & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs++;
    counter = 0;
  }
  return layOutUuid(lastMs, 7, counter.toString(16).padStart(3, '0') + randomDigits(8));
}

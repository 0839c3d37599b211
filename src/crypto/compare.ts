import { checkAttached } from '../attached.ts';
import type { Backend } from '../backend/backend.ts';
import { activeBackend } from '../backend/select.ts';
import { invalidArgument } from '../errors.ts';

/** Strings up to this length in UTF-16 units are compared in memory that is kept and wiped. */
const KEPT_UNITS = 4096;
/** Of two strings up to this length not even the length shows, but in the writing of their copies. */
const SHORT_UNITS = 64;

// A unit of UTF-16 takes three bytes of UTF-8 at most. All zero between calls. Not from the pool,
// whose memory others read.
const keptA = Buffer.alloc(KEPT_UNITS * 3);
const keptB = Buffer.alloc(KEPT_UNITS * 3);
const shortA = keptA.subarray(0, SHORT_UNITS * 3);
const shortB = keptB.subarray(0, SHORT_UNITS * 3);

/**
 * Tells whether two secrets are equal, in a time that depends on their lengths alone.
 * Strings are compared as UTF-8; copies made for that are wiped.
 *
 * Unequal lengths give `false` rather than an exception.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for anything but bytes and strings.
 */
export function constantTimeEqual(
  a: Uint8Array | string,
  b: Uint8Array | string,
  { compare }: Backend = activeBackend(),
): boolean {
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length <= KEPT_UNITS && b.length <= KEPT_UNITS) return equalStrings(a, b, compare);
  }
  const [left, right] = [toBytes(a, 'a'), toBytes(b, 'b')];
  const equal = compare.constantTimeEqual(left, right);
  if (left !== a) left.fill(0);
  if (right !== b) right.fill(0);
  return equal;
}

function equalStrings(a: string, b: string, compare: Backend['compare']): boolean {
  const lengthA = keptA.write(a, 0, 'utf8');
  const lengthB = keptB.write(b, 0, 'utf8');
  const short = a.length <= SHORT_UNITS && b.length <= SHORT_UNITS;
  const equal = short
    ? compare.constantTimeEqual(shortA, shortB)
    : compare.constantTimeEqual(keptA.subarray(0, lengthA), keptB.subarray(0, lengthB));
  keptA.fill(0, 0, lengthA);
  keptB.fill(0, 0, lengthB);
  return equal && lengthA === lengthB;
}

function toBytes(value: Uint8Array | string, name: string): Uint8Array {
  if (typeof value === 'string') {
    const bytes = Buffer.allocUnsafeSlow(value.length * 3);
    return bytes.subarray(0, bytes.write(value, 0, 'utf8'));
  }
  if (value instanceof Uint8Array) {
    checkAttached(value, name);
    return value;
  }
  throw invalidArgument(name, 'a Uint8Array or a string');
}

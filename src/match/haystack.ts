import { checkAttached } from '../attached.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';

/** Longest haystack, in bytes: offsets are 32 bits. */
const MAX_HAYSTACK_BYTES = 0xffff_fffe;
/** Strings up to this length in UTF-16 units are encoded into memory that is kept. */
const SCRATCH_UNITS = 16 << 10;

// A unit of UTF-16 takes three bytes of UTF-8 at most. Not from the pool, which others write to.
const scratch = Buffer.allocUnsafeSlow(SCRATCH_UNITS * 3);

/** The input's bytes are the first `length` of `bytes`. */
export interface Haystack {
  bytes: Uint8Array;
  length: number;
}

// One object for all calls: a search allocates nothing before it finds something.
const haystack: Haystack = { bytes: scratch, length: 0 };

/** A copy of bytes that another thread could write while they are searched; others as they are. */
export const unshared = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer instanceof SharedArrayBuffer ? Uint8Array.from(bytes) : bytes;

/**
 * The input's bytes: a string's UTF-8, with U+FFFD for lone surrogates. Good only until the next
 * call, so nothing of the caller's may run in between.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for anything but bytes and strings.
 */
export function haystackOf(input: Uint8Array | string): Haystack {
  if (typeof input === 'string') {
    const short = input.length <= SCRATCH_UNITS;
    haystack.bytes = short ? scratch : Buffer.from(input, 'utf8');
    haystack.length = short ? scratch.write(input, 0, 'utf8') : haystack.bytes.length;
  } else if (input instanceof Uint8Array) {
    checkAttached(input, 'input');
    haystack.bytes = unshared(input);
    haystack.length = input.length;
  } else {
    throw invalidArgument('input', 'a Uint8Array or a string');
  }
  if (haystack.length > MAX_HAYSTACK_BYTES) {
    throw new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', 'input is longer than 4 GiB; stream it in chunks');
  }
  return haystack;
}

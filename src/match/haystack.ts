import { invalidArgument, WolfsecError } from '../errors.ts';

/** Longest haystack, in bytes: offsets are 32 bits. */
const MAX_HAYSTACK_BYTES = 0xffff_fffe;
/** Strings up to this length in UTF-16 units are encoded into memory that is kept. */
const SCRATCH_UNITS = 16 << 10;

// A unit of UTF-16 takes three bytes of UTF-8 at most. Not from the pool, which others write to.
const scratch = Buffer.allocUnsafeSlow(SCRATCH_UNITS * 3);

/**
 * Calls `search` with the input's bytes: a string's UTF-8, with U+FFFD for lone surrogates. The
 * bytes are only good until `search` returns.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for anything but bytes and strings.
 */
export function withBytes<T>(
  input: Uint8Array | string,
  search: (bytes: Uint8Array, length: number) => T,
): T {
  if (typeof input === 'string') {
    if (input.length <= SCRATCH_UNITS) return search(scratch, scratch.write(input, 0, 'utf8'));
    const bytes = Buffer.from(input, 'utf8');
    return search(bytes, checked(bytes.length));
  }
  if (input instanceof Uint8Array) return search(input, checked(input.length));
  throw invalidArgument('input', 'a Uint8Array or a string');
}

function checked(length: number): number {
  if (length <= MAX_HAYSTACK_BYTES) return length;
  throw new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', 'input is longer than 4 GiB; stream it in chunks');
}

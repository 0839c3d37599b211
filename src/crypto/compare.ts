import { activeBackend } from '../backend/select.ts';
import { invalidArgument } from '../errors.ts';

/**
 * Tells whether two secrets are equal, in a time that depends on their lengths alone.
 * Strings are compared as UTF-8.
 *
 * Unequal lengths give `false` rather than an exception.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT` for anything but bytes and strings.
 */
export function constantTimeEqual(a: Uint8Array | string, b: Uint8Array | string): boolean {
  return activeBackend().compare.constantTimeEqual(toBytes(a, 'a'), toBytes(b, 'b'));
}

function toBytes(value: Uint8Array | string, name: string): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (value instanceof Uint8Array) return value;
  throw invalidArgument(name, 'a Uint8Array or a string');
}

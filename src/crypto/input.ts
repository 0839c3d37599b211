import { checkAttached } from '../attached.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';

/** Bytes, or a string that stands for its UTF-8. */
export type Input = Uint8Array | string;

/** The most bytes that one call takes: larger inputs go through the streaming forms. */
export const inputMaxBytes = 2 ** 31 - 1 - 4096;

/** The bytes of an input. */
export function inputBytes(value: Input, name: string): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (value instanceof Uint8Array) {
    const { length } = value;
    if (length === 0) checkAttached(value, name);
    else if (length > inputMaxBytes) throw tooLong(name);
    return value;
  }
  throw invalidArgument(name, 'a Uint8Array or a string');
}

function tooLong(name: string): WolfsecError {
  return new WolfsecError(
    'WOLFSEC_LIMIT_EXCEEDED',
    `${name} is longer than ${inputMaxBytes} bytes: use the streaming form, which has no such limit`,
  );
}

/** Throws unless `output` has `bytes` bytes or more, and shares no memory with what is read meanwhile. */
export function checkOutput(output: Uint8Array, bytes: number, input?: Uint8Array, aad?: Uint8Array): void {
  if (!(output instanceof Uint8Array) || output.length < bytes) {
    throw invalidArgument('output', `a Uint8Array of at least ${bytes} bytes`);
  }
  if ((input !== undefined && overlap(input, output)) || (aad !== undefined && overlap(aad, output))) {
    throw invalidArgument('output', 'memory that no input uses; the in-place form takes one buffer');
  }
}

/** The offsets first: to ask a view for its buffer is a call. */
function overlap(a: Uint8Array, b: Uint8Array): boolean {
  return (
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength &&
    a.buffer === b.buffer
  );
}

/** A whole number from `min` to `max`. */
export function checkInteger(value: number, name: string, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw invalidArgument(name, `a whole number from ${min} to ${max}`);
  }
  return value;
}

/** One of the words of a table. */
export function checkWord<T extends string>(value: T, name: string, words: readonly T[]): T {
  if (!words.includes(value)) throw invalidArgument(name, `one of ${words.join(', ')}`);
  return value;
}

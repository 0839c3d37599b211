import { invalidArgument } from '../errors.ts';

/** A span in milliseconds: a positive finite number. */
export function spanMs(name: string, value: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw invalidArgument(name, 'a positive number of milliseconds');
}

/** A whole number within bounds. */
export function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalidArgument(name, `a whole number from ${least} to ${most}`);
}

/** Text that names something: not empty, bounded, no control characters. */
export function name(argument: string, value: unknown, maxChars = 512): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= maxChars && !/\p{Cc}/u.test(value)) {
    return value;
  }
  throw invalidArgument(argument, `a string of 1 to ${maxChars} characters without control characters`);
}

/** A list of roles or scopes. */
export function names(argument: string, values: unknown): readonly string[] {
  if (!Array.isArray(values) || values.length > 256) throw invalidArgument(argument, 'at most 256 strings');
  return values.map((value, i) => name(`${argument}[${i}]`, value, 256));
}

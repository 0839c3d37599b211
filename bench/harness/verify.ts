import { isDeepStrictEqual } from 'node:util';
import type { GroupOptions } from './suite.ts';

/** Throws unless all cases of a group gave the same answer, and the known one where it is told. */
export function verify(group: string, options: GroupOptions, results: ReadonlyMap<string, unknown>): void {
  const check = options.check as 'equal' | ((result: unknown, name: string) => unknown) | undefined;
  let first: { name: string; value: unknown } | undefined;
  for (const [name, result] of results) {
    const value = comparable(typeof check === 'function' ? check(result, name) : result);
    if (value === undefined) {
      throw new Error(`${group}: ${name} gives nothing to verify; return the result, or map it with "check"`);
    }
    if ('expect' in options && !isDeepStrictEqual(value, comparable(options.expect))) {
      throw new Error(`${group}: ${name} gives ${brief(value)}, expected ${brief(options.expect)}`);
    }
    first ??= { name, value };
    if (!isDeepStrictEqual(value, first.value)) {
      throw new Error(`${group}: ${name} gives ${brief(value)}, ${first.name} gives ${brief(first.value)}`);
    }
  }
}

/** A Buffer and a Uint8Array of the same bytes are the same answer. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(comparable);
  return value;
}

function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

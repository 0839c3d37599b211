import { type Family, type LabelValues, text } from './family.ts';

/** The label values that `labels(…)` was called with, in the order of the names. */
export function valuesOf<L extends string>(
  family: Family<L>,
  first: unknown,
  second: unknown,
  rest: readonly unknown[],
): string[] {
  if (typeof first === 'object' && first !== null) return family.pick(first as LabelValues<L>);
  if (first === undefined) return [];
  if (second === undefined && rest.length === 0) return [text(first as string)];
  return [text(first as string), text(second as string), ...rest.map((value) => text(value as string))];
}

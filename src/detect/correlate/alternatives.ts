import type { Expression } from '../../rule/expression.ts';

/** One way for a condition over rules to hold: these were hit, those were not. */
export interface Alternative {
  readonly with: readonly string[];
  readonly without: readonly string[];
}

const known = new WeakMap<Expression, readonly Alternative[]>();
/** More ways are not looked at: conditions are written by hand and have a few. */
const maxAlternatives = 256;

/** Every way for a condition over rules to hold (its disjunctive normal form). */
export function alternativesOf(expression: Expression): readonly Alternative[] {
  let found = known.get(expression);
  if (!found) {
    found = expanded(expression, false);
    known.set(expression, found);
  }
  return found;
}

function expanded(expression: Expression, negated: boolean): Alternative[] {
  switch (expression.kind) {
    case 'test':
      return [
        negated ? { with: [], without: [expression.field] } : { with: [expression.field], without: [] },
      ];
    case 'not':
      return expanded(expression.of, !negated);
    default: {
      const parts = expression.of.map((each) => expanded(each, negated));
      const needed = neededOf(expression, negated);
      const found: Alternative[] = [];
      for (const way of chosen(parts, needed)) if (found.push(way) === maxAlternatives) break;
      return found;
    }
  }
}

/** How many parts must hold. */
function neededOf(
  expression: Extract<Expression, { readonly of: readonly unknown[] }>,
  negated: boolean,
): number {
  const parts = expression.of.length;
  const count = expression.kind === 'and' ? parts : expression.kind === 'or' ? 1 : expression.count;
  return negated ? parts - count + 1 : count;
}

/** Every way for `count` of the parts to hold together, one at a time: of many parts there are more than can be made. */
function* chosen(
  parts: readonly (readonly Alternative[])[],
  count: number,
  from = 0,
): Generator<Alternative, undefined> {
  if (count === 0) {
    yield { with: [], without: [] };
    return;
  }
  const first = parts[from];
  if (!first || from + count > parts.length) return;
  for (const one of first) {
    for (const other of chosen(parts, count - 1, from + 1)) {
      yield { with: [...one.with, ...other.with], without: [...one.without, ...other.without] };
    }
  }
  yield* chosen(parts, count, from + 1);
}

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
    found = expanded(expression, false).slice(0, maxAlternatives);
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
      return needed === 1 ? parts.flat() : chosen(parts, needed);
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

/** Every way for `count` of the parts to hold together. */
function chosen(parts: readonly (readonly Alternative[])[], count: number): Alternative[] {
  if (count === 0) return [{ with: [], without: [] }];
  const [first, ...rest] = parts;
  if (!first || count > parts.length) return [];
  const behind = chosen(rest, count - 1);
  const taken = first.flatMap((one) =>
    behind.map((other) => ({
      with: [...one.with, ...other.with],
      without: [...one.without, ...other.without],
    })),
  );
  return [...taken, ...chosen(rest, count)].slice(0, maxAlternatives);
}

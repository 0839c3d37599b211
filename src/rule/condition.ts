import { and, type Expression, not, or } from './expression.ts';
import { invalid, type NodePath, unsupported } from './fault.ts';

const maxDepth = 64;
/** Of a longer condition a message shows the beginning. */
const maxShown = 200;

/**
 * Parses a Sigma condition (Sigma specification, "Condition") over named selections.
 *
 * Binding, loosest first: `or`, `and`, `not`, `x of`, parentheses. `x` is `all`, `any` or a number.
 *
 * @param path where the condition stands.
 * @throws {RuleFault} naming the word at fault.
 */
export function parseCondition(
  condition: string,
  selections: ReadonlyMap<string, Expression>,
  path: NodePath,
): Expression {
  if (condition.includes('|')) {
    throw unsupported('aggregation behind "|" is obsolete; write a correlation rule instead', path);
  }
  const tokens = condition.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const word = () => tokens[at]?.toLowerCase();
  const fail = (message: string) => invalid(`${message} in the condition "${shortened}"`, path);
  const shortened = condition.length > maxShown ? `${condition.slice(0, maxShown)}…` : condition;

  const anyOf = (depth: number): Expression => {
    if (depth > maxDepth) throw fail(`parentheses deeper than ${maxDepth}`);
    const branches = [allOf(depth)];
    while (word() === 'or') {
      at++;
      branches.push(allOf(depth));
    }
    return or(branches);
  };

  const allOf = (depth: number): Expression => {
    const branches = [negated(depth)];
    while (word() === 'and') {
      at++;
      branches.push(negated(depth));
    }
    return and(branches);
  };

  const negated = (depth: number): Expression => {
    if (depth > maxDepth) throw fail(`"not" or parentheses deeper than ${maxDepth}`);
    if (word() !== 'not') return primary(depth);
    at++;
    return not(negated(depth + 1));
  };

  const primary = (depth: number): Expression => {
    const token = tokens[at++];
    if (token === undefined) throw fail('an operand is missing at the end');
    if (token === '(') {
      const inner = anyOf(depth + 1);
      if (tokens[at++] !== ')') throw fail('a parenthesis is not closed');
      return inner;
    }
    if (word() === 'of' && /^(all|any|\d+)$/i.test(token)) {
      at++;
      return quantified(token.toLowerCase());
    }
    if (token === ')' || ['and', 'or', 'of'].includes(token.toLowerCase())) {
      throw fail(`"${token}" stands where a selection is expected`);
    }
    const selection = selections.get(token);
    if (!selection) throw fail(`there is no selection "${token}"`);
    return selection;
  };

  const quantified = (quantity: string): Expression => {
    const pattern = tokens[at++];
    if (pattern === undefined) throw fail(`"${quantity} of" names no selections`);
    const matches = matcherOf(pattern);
    const chosen = [...selections].filter(([name]) => matches(name)).map(([, expression]) => expression);
    if (chosen.length === 0) throw fail(`no selection matches "${pattern}"`);
    if (quantity === 'all') return and(chosen);
    const count = quantity === 'any' ? 1 : Number(quantity);
    if (count < 1) throw fail(`"${quantity} of" counts from 1`);
    if (count > chosen.length) throw fail(`"${quantity} of ${pattern}" has only ${chosen.length} selections`);
    return count === 1 ? or(chosen) : { kind: 'atLeast', count, of: chosen };
  };

  if (tokens.length === 0) throw invalid('the condition is empty', path);
  const parsed = anyOf(0);
  if (at < tokens.length) throw fail(`"${tokens[at]}" is left over`);
  return parsed;
}

function matcherOf(pattern: string): (name: string) => boolean {
  // Names that start with an underscore are left out by convention of the specification, unless they are meant.
  if (pattern.toLowerCase() === 'them') return (name) => !name.startsWith('_');
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const shape = new RegExp(`^${parts.join('.*')}$`);
  const hidden = pattern.startsWith('_');
  return (name) => shape.test(name) && (hidden || !name.startsWith('_'));
}

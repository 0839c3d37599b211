import { anyField, type Expression, type Matcher } from '../../../src/rule/expression.ts';
import { everyValue, type Met, valuesOf } from './fields.ts';
import { folded, textMatches } from './matcher.ts';

/** Whether an expression holds for a parsed event: the plainest reading, one test after another. */
export function holds(expression: Expression, event: object): boolean {
  switch (expression.kind) {
    case 'test':
      return testHolds(expression.field, expression.matcher, event);
    case 'not':
      return !holds(expression.of, event);
    case 'and':
      return expression.of.every((each) => holds(each, event));
    case 'or':
      return expression.of.some((each) => holds(each, event));
    case 'atLeast':
      return expression.of.filter((each) => holds(each, event)).length >= expression.count;
  }
}

function testHolds(field: string, matcher: Matcher, event: object): boolean {
  const values = field === anyField ? everyValue(event) : valuesOf(event, field);
  if (matcher.kind === 'present') return values.length > 0;
  if (matcher.kind === 'null') return values.includes('null');
  if (matcher.kind !== 'field') return texts(values).some((text) => textMatches(matcher, text));
  const { relation, cased } = matcher;
  const spelled = (text: string) => (cased ? text : folded(text));
  const others = texts(valuesOf(event, matcher.other)).map(spelled);
  return texts(values)
    .map(spelled)
    .some((text) =>
      others.some((other) => {
        if (relation === 'equals') return text === other;
        if (relation === 'startsWith') return text.startsWith(other);
        return relation === 'endsWith' ? text.endsWith(other) : text.includes(other);
      }),
    );
}

const texts = (values: readonly Met[]): string[] =>
  values.flatMap((value) => (typeof value === 'object' ? [value.text] : []));

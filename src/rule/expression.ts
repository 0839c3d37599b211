/** How a text pattern sits in a value. `glob` text uses `*` and `?`, with `\` escaping the next character. */
export type PatternKind = 'equals' | 'startsWith' | 'endsWith' | 'contains' | 'glob';

export interface TextPattern {
  readonly kind: PatternKind;
  readonly text: string;
  /** Case-sensitive; the default of Sigma is not. */
  readonly cased: boolean;
}

export type Comparison = 'eq' | 'lt' | 'lte' | 'gt' | 'gte';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** What one value of a field must be; several values of a field are alternatives. */
export type Matcher =
  | { readonly kind: 'text'; readonly patterns: readonly TextPattern[] }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly networks: readonly string[] }
  | { readonly kind: 'number'; readonly comparison: Comparison; readonly value: number }
  | {
      readonly kind: 'time';
      readonly part: TimePart;
      readonly comparison: Comparison;
      readonly value: number;
    }
  | { readonly kind: 'present' }
  | { readonly kind: 'null' }
  | {
      readonly kind: 'field';
      readonly other: string;
      readonly relation: Exclude<PatternKind, 'glob'>;
      readonly cased: boolean;
    };

/** A boolean expression over tests of fields. */
export type Expression =
  | { readonly kind: 'test'; readonly field: string; readonly matcher: Matcher }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and'; readonly of: readonly Expression[] }
  | { readonly kind: 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'atLeast'; readonly count: number; readonly of: readonly Expression[] };

/** The name under which keyword searches look at every value of the event. */
export const anyField = '';

export const not = (of: Expression): Expression => (of.kind === 'not' ? of.of : { kind: 'not', of });
export const and = (of: readonly Expression[]): Expression =>
  of.length === 1 ? of[0]! : { kind: 'and', of };
export const or = (of: readonly Expression[]): Expression => (of.length === 1 ? of[0]! : { kind: 'or', of });
export const test = (field: string, matcher: Matcher): Expression => ({ kind: 'test', field, matcher });

/** Maps every test of an expression to another expression. */
export function mapTests(
  expression: Expression,
  replace: (field: string, matcher: Matcher) => Expression,
): Expression {
  switch (expression.kind) {
    case 'test':
      return replace(expression.field, expression.matcher);
    case 'not':
      return { kind: 'not', of: mapTests(expression.of, replace) };
    default:
      return { ...expression, of: expression.of.map((inner) => mapTests(inner, replace)) };
  }
}

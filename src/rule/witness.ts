import type { Expression, Matcher } from './expression.ts';

interface Clause {
  readonly predicates: readonly number[];
  /** How often one of them is expected to hold, on no particular scale. */
  readonly weight: number;
}

/** Fields whose values are shared by most events; predicates on them make poor witnesses. */
const commonFields = new Set([
  'EventID',
  'Channel',
  'Provider_Name',
  'Image',
  'ParentImage',
  'SourceImage',
  'OriginalFileName',
  'EventType',
  'Initiated',
  'type',
  'eventSource',
  'cs-method',
  'sc-status',
  'IntegrityLevel',
  'User',
]);

/**
 * The rarest set of predicates of which one must hold for the expression to hold; `null` where an event
 * can fulfil it without any, e.g. through a negation alone.
 */
export function witnessesOf(
  expression: Expression,
  idOf: (field: string, matcher: Matcher) => number,
): number[] | null {
  const found = clauseOf(expression, idOf);
  return found ? [...new Set(found.predicates)] : null;
}

function clauseOf(
  expression: Expression,
  idOf: (field: string, matcher: Matcher) => number,
): Clause | undefined {
  switch (expression.kind) {
    case 'test': {
      // A comparison of two fields is worked out behind other witnesses only.
      if (expression.matcher.kind === 'field') return undefined;
      const weight = weightOf(expression.matcher) * (commonFields.has(expression.field) ? 8 : 1);
      return { predicates: [idOf(expression.field, expression.matcher)], weight };
    }
    case 'not':
      return undefined;
    case 'and': {
      const clauses = expression.of.flatMap((each) => clauseOf(each, idOf) ?? []);
      return clauses.sort((a, b) => a.weight - b.weight)[0];
    }
    case 'or':
    case 'atLeast': {
      const clauses = expression.of.map((each) => clauseOf(each, idOf));
      if (clauses.some((clause) => clause === undefined)) return undefined;
      return {
        predicates: (clauses as Clause[]).flatMap((clause) => clause.predicates),
        weight: (clauses as Clause[]).reduce((sum, clause) => sum + clause.weight, 0),
      };
    }
  }
}

function weightOf(matcher: Matcher): number {
  switch (matcher.kind) {
    case 'text':
      return matcher.patterns.reduce((sum, { kind, text }) => {
        const rarity = kind === 'equals' ? text.length + 6 : text.length;
        return sum + 1 / (1 + rarity * rarity);
      }, 0);
    case 'regex':
      return 0.05;
    case 'cidr':
      return 0.2;
    case 'null':
      return 0.5;
    case 'present':
      return 2;
    default:
      return 1;
  }
}

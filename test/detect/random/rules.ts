import {
  anyField,
  type Comparison,
  type Expression,
  type Matcher,
  type PatternKind,
  type TextPattern,
  type TimePart,
} from '../../../src/rule/expression.ts';
import { checkRegex } from '../../../src/rule/regex.ts';
import type { Seeded } from './seeded.ts';
import { fieldNames, text } from './vocabulary.ts';

/** Any expression that the front end can make of a rule. */
export function expression(random: Seeded, depth = 0): Expression {
  const kind = random.number(depth > 3 ? 4 : 10);
  if (kind < 4) return singleTest(random);
  if (kind < 6) return { kind: 'not', of: expression(random, depth + 1) };
  const of = random.list(1, 4, () => expression(random, depth + 1));
  if (kind === 6) return { kind: 'atLeast', count: 1 + random.number(of.length), of };
  return { kind: kind < 9 ? 'and' : 'or', of };
}

function singleTest(random: Seeded): Expression {
  const keyword = random.chance(10);
  const field = keyword ? anyField : random.pick(fieldNames);
  return { kind: 'test', field, matcher: matcher(random, keyword) };
}

const comparisons: readonly Comparison[] = ['eq', 'lt', 'lte', 'gt', 'gte'];
const parts: readonly TimePart[] = ['minute', 'hour', 'day', 'week', 'month', 'year'];
const partValues = [0, 1, 3, 7, 11, 12, 23, 24, 25, 41, 48, 53, 59, 2021, 2024, 2026];
const networks = [
  '10.0.0.0/8',
  '10.1.2.3/32',
  '192.168.0.0/16',
  '0.0.0.0/0',
  '2001:db8::/32',
  '::/0',
  '2001:db8::1/128',
];
const numbers = [-1, 0, 0.1, 1, 1.5, 5, 7, 1000, 1e21, 1795563660, 9007199254740992];

function matcher(random: Seeded, keyword: boolean): Matcher {
  const kind = random.number(keyword ? 8 : 14);
  if (kind < 6) return { kind: 'text', patterns: random.list(1, 4, () => pattern(random)) };
  if (kind < 8) return regex(random);
  if (kind === 8) return { kind: 'cidr', networks: random.list(1, 2, () => random.pick(networks)) };
  if (kind === 9)
    return { kind: 'number', comparison: random.pick(comparisons), value: random.pick(numbers) };
  if (kind === 10) {
    const [part, comparison] = [random.pick(parts), random.pick(comparisons)];
    return { kind: 'time', part, comparison, value: random.pick(partValues) };
  }
  if (kind === 11) return { kind: 'present' };
  if (kind === 12) return { kind: 'null' };
  const relation = random.pick(['equals', 'startsWith', 'endsWith', 'contains'] as const);
  return { kind: 'field', other: random.pick(fieldNames), relation, cased: random.chance(30) };
}

const kinds: readonly PatternKind[] = ['equals', 'startsWith', 'endsWith', 'contains', 'glob', 'glob'];

function pattern(random: Seeded): TextPattern {
  const kind = random.pick(kinds);
  const cased = random.chance(25);
  if (kind !== 'glob') return { kind, text: text(random, 3), cased };
  const pieces = random.list(1, 5, () =>
    random.chance(50) ? random.pick(['*', '?']) : text(random, 2).replace(/[\\*?]/g, '\\$&'),
  );
  return { kind, text: pieces.join(''), cased };
}

const atoms = [
  'a',
  'b',
  'k',
  's',
  'S',
  'K',
  'ſ',
  'é',
  '😀',
  '0',
  '.',
  '.',
  '[a-c]',
  '[^a]',
  '[^0-9]',
  '\\d',
  '\\*',
  '\\.',
  '(?:a|b)',
  '(?:s|01)',
  '^',
  '$',
];
const quantifiers = ['', '', '', '*', '+', '?', '{2}', '{1,2}'];

function regex(random: Seeded): Matcher {
  for (;;) {
    const source = random
      .list(1, 4, () => {
        const atom = random.pick(atoms);
        return atom === '^' || atom === '$' ? atom : atom + random.pick(quantifiers);
      })
      .join(random.chance(20) ? '|' : '');
    const flags = ['i', 'm', 's'].filter(() => random.chance(30)).join('');
    const checked = checkRegex(source, flags);
    if (!('reason' in checked)) return { kind: 'regex', source: checked.source, flags };
  }
}

import { isIP } from 'node:net';
import { base64, base64Offsets, maxDashes, utf16, utf16be, utf16le, windashSpellings } from './encoding.ts';
import {
  and,
  anyField,
  type Comparison,
  type Expression,
  type Matcher,
  not,
  or,
  type PatternKind,
  type TextPattern,
  type TimePart,
  test,
} from './expression.ts';
import { invalid, type NodePath, unsupported } from './fault.ts';
import { checkRegex } from './regex.ts';
import { anyLength, type Piece, parseText, plainText, toPattern } from './text.ts';

/** Values of `%name%` placeholders, for the `expand` modifier. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

const comparisons = ['lt', 'lte', 'gt', 'gte'] as const;
const timeParts = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
const positions = ['contains', 'startswith', 'endswith'] as const;
const encodings = ['wide', 'utf16le', 'utf16be', 'utf16', 'base64', 'base64offset'] as const;
const others = [
  'all',
  'cased',
  'exists',
  'neq',
  'windash',
  're',
  'i',
  'm',
  's',
  'cidr',
  'fieldref',
  'expand',
];
const known = new Set<string>([...comparisons, ...timeParts, ...positions, ...encodings, ...others]);

interface Item {
  readonly field: string;
  readonly modifiers: readonly string[];
  readonly path: NodePath;
  readonly placeholders: Placeholders;
}

type Scalar = string | number | boolean | null;

/**
 * One `field|modifiers: value(s)` line as an expression (Sigma Modifiers appendix 2.1).
 *
 * @throws {RuleFault} for a modifier that is unknown or does not fit the value.
 */
export function itemExpression(
  key: string,
  value: unknown,
  path: NodePath,
  placeholders: Placeholders,
): Expression {
  const [field, ...modifiers] = key.split('|') as [string, ...string[]];
  const unknown = modifiers.find((name) => !known.has(name));
  if (unknown !== undefined) throw invalid(`"${unknown}" is not a Sigma modifier`, path);
  const item: Item = { field, modifiers, path, placeholders };
  const values = (Array.isArray(value) ? value : [value]).map((each, index) =>
    scalar(each, Array.isArray(value) ? [...path, index] : path),
  );
  if (values.length === 0) throw invalid('a list of values cannot be empty', path);
  if (modifiers.includes('exists')) return existence(item, values);
  const each = values.map((one) => valueExpression(item, one));
  const joined = modifiers.includes('all') ? and(each) : or(mergeTexts(each));
  return modifiers.includes('neq') ? not(joined) : joined;
}

function scalar(value: unknown, path: NodePath): Scalar {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Scalar;
  throw invalid('a value must be a string, a number, true, false or null', path);
}

function existence({ field, modifiers, path }: Item, values: readonly Scalar[]): Expression {
  if (modifiers.length > 1) throw invalid('"exists" stands alone', path);
  if (values.length !== 1 || typeof values[0] !== 'boolean') {
    throw invalid('"exists" takes true or false', path);
  }
  const present = test(field, { kind: 'present' });
  return values[0] ? present : not(present);
}

/** Alternatives over one field become one test, so that an engine meets a list of values as one predicate. */
function mergeTexts(expressions: readonly Expression[]): Expression[] {
  const patterns: TextPattern[] = [];
  const rest: Expression[] = [];
  let field: string | undefined;
  for (const each of expressions) {
    if (each.kind === 'test' && each.matcher.kind === 'text') {
      field = each.field;
      patterns.push(...each.matcher.patterns);
    } else rest.push(each);
  }
  return field === undefined ? rest : [test(field, { kind: 'text', patterns }), ...rest];
}

function valueExpression(item: Item, value: Scalar): Expression {
  const { field, modifiers, path } = item;
  const has = (name: string) => modifiers.includes(name);
  const comparison = comparisons.find(has);
  const part = timeParts.find(has);
  if (part !== undefined || comparison !== undefined) return numeric(item, value, comparison ?? 'eq', part);
  if (has('cidr')) return test(field, { kind: 'cidr', networks: [network(value, path)] });
  if (has('re')) return regex(item, value);
  if (has('fieldref')) return reference(item, value);
  if (value === null) {
    if (modifiers.some((name) => name !== 'all' && name !== 'neq')) {
      throw invalid('null takes no modifier', path);
    }
    // A field that is not there counts as null, as in the query languages Sigma is converted to.
    return or([test(field, { kind: 'null' }), not(test(field, { kind: 'present' }))]);
  }
  return text(item, String(value));
}

function numeric(item: Item, value: Scalar, comparison: Comparison, part?: TimePart): Expression {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) {
    throw invalid(`"${part ?? comparison}" takes a number`, item.path);
  }
  return test(
    item.field,
    part === undefined
      ? { kind: 'number', comparison, value: number }
      : { kind: 'time', part, comparison, value: number },
  );
}

function network(value: Scalar, path: NodePath): string {
  const [address = '', bits, more] = String(value).split('/');
  // A zone is of one machine alone, so that it cannot be part of a network.
  const version = address.includes('%') ? 0 : isIP(address);
  const width = version === 6 ? 128 : 32;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (version === 0 || more !== undefined || prefix < 0 || prefix > width) {
    throw invalid(`"${value}" is not an IPv4 or IPv6 network in CIDR notation`, path);
  }
  return `${address}/${prefix}`;
}

function regex({ field, modifiers, path }: Item, value: Scalar): Expression {
  if (typeof value !== 'string') throw invalid('"re" takes a string', path);
  const flags = ['i', 'm', 's'].filter((flag) => modifiers.includes(flag)).join('');
  const checked = checkRegex(value.toWellFormed(), flags);
  if ('reason' in checked) throw unsupported(`the regular expression ${checked.reason}`, path);
  return test(field, { kind: 'regex', source: checked.source, flags });
}

function reference({ field, modifiers, path }: Item, value: Scalar): Expression {
  if (typeof value !== 'string' || value === '') throw invalid('"fieldref" takes the name of a field', path);
  if (field === anyField) throw invalid('"fieldref" needs a field to compare', path);
  const relation = positionKind(modifiers) ?? 'equals';
  return test(field, { kind: 'field', other: value, relation, cased: modifiers.includes('cased') });
}

function positionKind(modifiers: readonly string[]): Exclude<PatternKind, 'glob' | 'equals'> | undefined {
  const found = positions.find((name) => modifiers.includes(name));
  return found === 'startswith' ? 'startsWith' : found === 'endswith' ? 'endsWith' : found;
}

function text(item: Item, value: string): Expression {
  const { field, modifiers, path } = item;
  const cased = modifiers.includes('cased');
  let spellings: Piece[][] = expand(item, value).map(parseText);
  let bytes: Buffer | undefined;
  const plain = (pieces: readonly Piece[], by: string): string => {
    const found = plainText(pieces);
    if (found === undefined) throw invalid(`"${by}" cannot encode a value with wildcards`, path);
    return found;
  };
  for (const name of modifiers) {
    if (name === 'windash') {
      spellings = spellings.flatMap((pieces) => dashed(pieces, path));
    } else if (name === 'base64' || name === 'base64offset') {
      spellings = spellings.flatMap((pieces) => {
        const raw = bytes ?? Buffer.from(plain(pieces, name), 'utf8');
        return name === 'base64' ? [[base64(raw)]] : base64Offsets(raw).map((encoded) => [encoded]);
      });
      bytes = undefined;
    } else if (name === 'wide' || name.startsWith('utf16')) {
      const encode = name === 'utf16' ? utf16 : name === 'utf16be' ? utf16be : utf16le;
      if (spellings.length > 1) throw invalid(`"${name}" takes a single value`, path);
      bytes = encode(plain(spellings[0] as Piece[], name));
      // Without an encoding behind it the value is compared byte by byte, each byte a character.
      spellings = [[bytes.toString('latin1')]];
    }
  }
  const position = positionKind(modifiers);
  const keyword = field === anyField;
  const patterns = spellings.map((pieces) => {
    const open = keyword || position === 'contains' || position === 'endsWith';
    const close = keyword || position === 'contains' || position === 'startsWith';
    return toPattern(
      [
        ...(open && pieces[0] !== anyLength ? [anyLength as Piece] : []),
        ...pieces,
        ...(close && (pieces.length === 0 ? !open : pieces.at(-1) !== anyLength) ? [anyLength as Piece] : []),
      ],
      cased,
    );
  });
  const matcher: Matcher = { kind: 'text', patterns };
  return test(field, matcher);
}

function dashed(pieces: readonly Piece[], path: NodePath): Piece[][] {
  let spellings: Piece[][] = [[]];
  let dashes = 0;
  for (const piece of pieces) {
    const choices: readonly Piece[] | undefined =
      typeof piece === 'string' ? windashSpellings(piece) : [piece];
    dashes += choices === undefined ? maxDashes + 1 : Math.round(Math.log(choices.length) / Math.log(5));
    if (choices === undefined || dashes > maxDashes) {
      throw invalid(`"windash" takes at most ${maxDashes} dashes in a value`, path);
    }
    spellings = spellings.flatMap((spelling) => choices.map((choice): Piece[] => [...spelling, choice]));
  }
  return spellings;
}

function expand({ modifiers, path, placeholders }: Item, value: string): string[] {
  if (!modifiers.includes('expand')) return [value];
  let spellings = [''];
  // An escaped percent sign is plain text (Sigma specification, "Placeholders").
  for (const token of value.split(/((?<!\\)%[^%\\]+%)/)) {
    const name = /^%([^%\\]+)%$/.exec(token)?.[1];
    const choices =
      name === undefined
        ? [token.replaceAll('\\%', '%')]
        : Object.hasOwn(placeholders, name)
          ? placeholders[name]
          : undefined;
    if (!choices || choices.length === 0) {
      throw unsupported(`the placeholder %${name}% has no value; give it one in a pipeline`, path);
    }
    spellings = spellings.flatMap((spelling) => choices.map((choice) => spelling + choice));
    if (spellings.length > 100_000) throw invalid('the placeholders make over 100,000 values', path);
  }
  return spellings;
}

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
import { anyLength, oneCharacter, type Piece, parseText, plainText, toPattern } from './text.ts';

/** Values of `%name%` placeholders, for the `expand` modifier; under {@link anyPlaceholder} those of all others. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

/** No placeholder is called so: a percent sign ends its name. */
export const anyPlaceholder = '%';

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
  checkCombination(item);
  if (modifiers.includes('exists')) return existence(item, values);
  const each = values.map((one) => valueExpression(item, one));
  // Different from a list is different from each of its values, whatever joins them.
  if (modifiers.includes('neq')) return not(or(mergeTexts(each)));
  return modifiers.includes('all') ? and(each) : or(mergeTexts(each));
}

/** Modifiers that say what kind of value stands there, and those that go with each besides `all` and `neq`. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  exists: [],
  cidr: ['expand'],
  re: [...positions, 'i', 'm', 's', 'cased', 'expand'],
  fieldref: [...positions, 'cased'],
  ...Object.fromEntries(comparisons.map((name) => [name, timeParts])),
  ...Object.fromEntries(timeParts.map((name) => [name, comparisons])),
};

function checkCombination({ modifiers, path }: Item): void {
  if (modifiers.includes('exists') && modifiers.length > 1) throw invalid('"exists" stands alone', path);
  for (const name of modifiers) {
    const fitting = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    const other = modifiers.find(
      (each) => each !== name && !['all', 'neq', ...(fitting ?? [])].includes(each),
    );
    if (fitting && other !== undefined) throw invalid(`"${name}" and "${other}" do not go together`, path);
  }
  const flag = modifiers.find((name) => ['i', 'm', 's'].includes(name));
  if (flag !== undefined && !modifiers.includes('re')) throw invalid(`"${flag}" is for "re" alone`, path);
}

function scalar(value: unknown, path: NodePath): Scalar {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Scalar;
  throw invalid('a value must be a string, a number, true, false or null', path);
}

function existence({ field, path }: Item, values: readonly Scalar[]): Expression {
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
  if (has('cidr')) {
    const networks = expand(item, String(value)).map((one) => network(one, path));
    return test(field, { kind: 'cidr', networks });
  }
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

function network(value: string, path: NodePath): string {
  const [address = '', bits, more] = value.split('/');
  // A zone is of one machine alone, so that it cannot be part of a network.
  const version = address.includes('%') ? 0 : isIP(address);
  const width = version === 6 ? 128 : 32;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (version === 0 || more !== undefined || prefix < 0 || prefix > width) {
    throw invalid(`"${value}" is not an IPv4 or IPv6 network in CIDR notation`, path);
  }
  return `${address}/${prefix}`;
}

function regex(item: Item, value: Scalar): Expression {
  const { field, modifiers, path } = item;
  if (typeof value !== 'string') throw invalid('"re" takes a string', path);
  const flags = ['i', 'm', 's'].filter((flag) => modifiers.includes(flag)).join('');
  const position = positionKind(modifiers);
  const [before, after] = [
    position === 'startsWith' ? '\\A(?:' : '(?:',
    position === 'endsWith' ? ')\\z' : ')',
  ];
  const anchored = position === 'startsWith' || position === 'endsWith';
  return or(
    expand(item, value.toWellFormed(), regexOf).map((source) => {
      let checked = checkRegex(source, flags);
      // Sound by itself first: a parenthesis must not close the group around it.
      if (anchored && 'source' in checked) checked = checkRegex(before + source + after, flags);
      if ('reason' in checked) throw unsupported(`the regular expression ${checked.reason}`, path);
      return test(field, { kind: 'regex', source: checked.source, flags });
    }),
  );
}

/** A Sigma string as part of a regular expression. */
function regexOf(text: string): string {
  return parseText(text)
    .map((piece) => {
      if (piece === anyLength) return '.*';
      if (piece === oneCharacter) return '.';
      return (piece as string).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    })
    .join('');
}

function reference({ field, modifiers, path }: Item, value: Scalar): Expression {
  if (typeof value !== 'string' || value === '') throw invalid('"fieldref" takes the name of a field', path);
  if (field === anyField) throw invalid('"fieldref" needs a field to compare', path);
  const relation = positionKind(modifiers) ?? 'equals';
  return test(field, { kind: 'field', other: value, relation, cased: modifiers.includes('cased') });
}

function positionKind(modifiers: readonly string[]): Exclude<PatternKind, 'glob' | 'equals'> | undefined {
  const named = positions.filter((name) => modifiers.includes(name));
  // A wildcard on either side is one on both.
  const found = named.length > 1 ? 'contains' : named[0];
  return found === 'startswith' ? 'startsWith' : found === 'endswith' ? 'endsWith' : found;
}

/** One way to write a value, on its way through the modifiers; `bytes` where they are not its text's. */
interface Spelling {
  readonly pieces: readonly Piece[];
  readonly bytes?: Buffer;
}

function plainOf({ pieces }: Spelling, by: string, path: NodePath): string {
  const found = plainText(pieces);
  if (found === undefined) throw invalid(`"${by}" cannot encode a value with wildcards`, path);
  return found;
}

function text(item: Item, value: string): Expression {
  const { field, modifiers, path } = item;
  const cased = modifiers.includes('cased');
  let spellings: Spelling[] = expand(item, value).map((one) => ({ pieces: parseText(one) }));
  for (const name of modifiers) {
    if (name === 'windash') {
      spellings = spellings.flatMap(({ pieces }) => dashed(pieces, path).map((each) => ({ pieces: each })));
    } else if (name === 'base64' || name === 'base64offset') {
      spellings = spellings.flatMap((spelling) => {
        const bytes = spelling.bytes ?? Buffer.from(plainOf(spelling, name, path), 'utf8');
        const encoded = name === 'base64' ? [base64(bytes)] : base64Offsets(bytes);
        return encoded.map((each) => ({ pieces: [each] }));
      });
    } else if (name === 'wide' || name.startsWith('utf16')) {
      const encode = name === 'utf16' ? utf16 : name === 'utf16be' ? utf16be : utf16le;
      spellings = spellings.map((spelling) => {
        const bytes = encode(plainOf(spelling, name, path));
        // Without an encoding behind it the value is compared byte by byte, each byte a character.
        return { pieces: [bytes.toString('latin1')], bytes };
      });
    }
  }
  const position = positionKind(modifiers);
  const keyword = field === anyField;
  const patterns = spellings.map(({ pieces }) => {
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

/** @param write how a placeholder's value is put where the placeholder stood. */
function expand(
  { modifiers, path, placeholders }: Item,
  value: string,
  write = (text: string) => text,
): string[] {
  if (!modifiers.includes('expand')) return [value];
  let spellings = [''];
  // An escaped percent sign is plain text (Sigma specification, "Placeholders").
  for (const token of value.split(/((?<!\\)%[^%\\]+%)/)) {
    const name = /^%([^%\\]+)%$/.exec(token)?.[1];
    const known = name !== undefined && Object.hasOwn(placeholders, name) ? name : anyPlaceholder;
    const choices =
      name === undefined ? [token.replaceAll('\\%', '%')] : placeholders[known]?.map((each) => write(each));
    if (!choices || choices.length === 0) {
      throw unsupported(`the placeholder %${name}% has no value; give it one in a pipeline`, path);
    }
    spellings = spellings.flatMap((spelling) => choices.map((choice) => spelling + choice));
    if (spellings.length > 100_000) throw invalid('the placeholders make over 100,000 values', path);
  }
  return spellings;
}

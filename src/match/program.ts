import type { LiteralProgram, PatternProgram, RegexProgram } from '../backend/contract/match.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';
import type { Node } from './regex/ast.ts';
import { canonicalRegex } from './regex/print.ts';

/** Where a literal must lie. */
export type LiteralPlace = 'anywhere' | 'start' | 'end' | 'whole';

/** A literal: a string's UTF-8, or bytes. */
export interface LiteralPattern<Id> {
  /** Default: the pattern's index in the list. */
  readonly id?: Id;
  readonly literal: string | Uint8Array;
  /** Takes ASCII letters of either case for the same. Default: false. */
  readonly ignoreCase?: boolean;
  /** Default: `anywhere`. */
  readonly at?: LiteralPlace;
}

/** A regular expression of the linear-time subset; see the guide for its syntax. */
export interface RegexPattern<Id> {
  /** Default: the pattern's index in the list. */
  readonly id?: Id;
  readonly regex: string;
  /** Takes ASCII letters of either case for the same. Default: false. */
  readonly ignoreCase?: boolean;
}

/** A plain string is a literal. */
export type Pattern<Id = number> = string | LiteralPattern<Id> | RegexPattern<Id>;

/** Most bytes of all literals of a set. */
const MAX_LITERAL_BYTES = 64 << 20;
/** Most program steps of all expressions of a set. */
const MAX_SET_COST = 1_000_000;
const places: readonly string[] = ['anywhere', 'start', 'end', 'whole'];

export interface CheckedPatterns<Id> {
  readonly program: PatternProgram;
  readonly ids: readonly Id[];
  /** Whether some expression matches the empty text. */
  readonly matchesEmpty: boolean;
}

/**
 * Checks patterns before a back end sees them, so that both accept the same.
 *
 * @throws {WolfsecError} `WOLFSEC_INVALID_ARGUMENT`, `WOLFSEC_PATTERN_INVALID` or
 *   `WOLFSEC_LIMIT_EXCEEDED`, naming the pattern's index.
 */
export function checkPatterns<Id>(patterns: readonly Pattern<Id>[]): CheckedPatterns<Id> {
  if (!Array.isArray(patterns)) throw invalidArgument('patterns', 'an array');
  const literals: LiteralProgram[] = [];
  const regexes: RegexProgram[] = [];
  let literalBytes = 0;
  let steps = 0;
  let matchesEmpty = false;
  const ids = patterns.map((given, pattern) => {
    const name = `patterns[${pattern}]`;
    if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) {
      throw invalidArgument(name, 'a string, { literal } or { regex }');
    }
    if (typeof given === 'object' && 'regex' in given) {
      if (typeof given.regex !== 'string') throw invalidArgument(`${name}.regex`, 'a string');
      const { source, cost, node } = named(name, () => canonicalRegex(given.regex, given.ignoreCase));
      regexes.push({ source, pattern });
      steps += cost;
      matchesEmpty ||= nullable(node);
    } else {
      const literal = checkLiteral(given, name, pattern);
      literals.push(literal);
      literalBytes += literal.bytes.length;
    }
    if (literalBytes > MAX_LITERAL_BYTES || steps > MAX_SET_COST) {
      throw new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', `${name} makes the set too large; split it`);
    }
    return (typeof given === 'object' ? (given.id ?? pattern) : pattern) as Id;
  });
  return { program: { literals, regexes }, ids, matchesEmpty };
}

function checkLiteral<Id>(given: string | LiteralPattern<Id>, name: string, pattern: number): LiteralProgram {
  const {
    literal,
    ignoreCase = false,
    at = 'anywhere',
  } = typeof given === 'string' ? { literal: given } : given;
  if (typeof literal !== 'string' && !(literal instanceof Uint8Array)) {
    throw invalidArgument(`${name}.literal`, 'a string or a Uint8Array');
  }
  if (!places.includes(at)) throw invalidArgument(`${name}.at`, `one of ${places.join(', ')}`);
  if (literal.length === 0) throw invalidArgument(`${name}.literal`, 'at least one byte long');
  return { bytes: Buffer.from(literal as string), ignoreCase: Boolean(ignoreCase), anchor: at, pattern };
}

function named<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof WolfsecError)) throw error;
    throw new WolfsecError(error.code, `${name}: ${error.message}`, { cause: error });
  }
}

/** Whether the expression can match without taking a character. */
function nullable(node: Node): boolean {
  switch (node.kind) {
    case 'class':
      return false;
    case 'concat':
      return node.nodes.every(nullable);
    case 'alternate':
      return node.nodes.some(nullable);
    case 'repeat':
      return node.min === 0 || nullable(node.node);
    default:
      return true;
  }
}

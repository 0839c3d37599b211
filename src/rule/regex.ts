import { type Node, parseRegex, RegexFault } from './regex-parse.ts';

/** The largest expression accepted, counted in nodes after repetitions are written out. */
const maxNodes = 50_000;

/**
 * Checks a regular expression against the subset that runs in linear time and means the same on both back
 * ends, and writes it in the canonical spelling: ASCII classes are spelled out, `\b` is ASCII, `$` is the
 * very end, laziness is dropped (only whether there is a match matters).
 *
 * @returns the canonical source, or the reason why it is refused.
 */
export function checkRegex(
  source: string,
  flags: string,
): { readonly source: string } | { readonly reason: string } {
  try {
    const node = parseRegex(source);
    if (size(node) > maxNodes) return { reason: 'is too large once its repetitions are written out' };
    return { source: emit(node) };
  } catch (error) {
    if (error instanceof RegexFault)
      return { reason: `${error.message} (flags "${flags}")`.replace(' (flags "")', '') };
    throw error;
  }
}

/**
 * Literals of which at least one stands in whatever the expression matches, lower-cased; `undefined` where
 * there is none worth looking for. An engine looks for them first and runs the expression behind them.
 */
export function requiredLiterals(source: string, flags: string): string[] | undefined {
  const found = required(parseRegex(source), flags.includes('i'));
  return found?.every((literal) => literal.length >= 2) ? found : undefined;
}

function size(node: Node): number {
  switch (node.kind) {
    case 'concat':
    case 'alternate':
      return node.of.reduce((sum, each) => sum + size(each), 1);
    case 'group':
      return size(node.of) + 1;
    case 'repeat':
      return size(node.of) * Math.max(1, node.max ?? node.min + 1) + 1;
    default:
      return 1;
  }
}

function emit(node: Node): string {
  switch (node.kind) {
    case 'char':
      return spell(node.code);
    case 'any':
      return '.';
    case 'assert':
      return node.source;
    case 'class':
      return `[${node.negated ? '^' : ''}${node.ranges
        .map(([from, to]) => (from === to ? spell(from) : `${spell(from)}-${spell(to)}`))
        .join('')}]`;
    case 'concat':
      return node.of.map(emit).join('');
    case 'alternate':
      return `(?:${node.of.map(emit).join('|')})`;
    case 'group':
      return `(?${node.flags}:${emit(node.of)})`;
    case 'repeat': {
      const inner = node.of.kind === 'concat' ? `(?:${emit(node.of)})` : emit(node.of);
      const { min, max } = node;
      const count =
        max === undefined
          ? min === 0
            ? '*'
            : min === 1
              ? '+'
              : `{${min},}`
          : min === 0 && max === 1
            ? '?'
            : min === max
              ? `{${min}}`
              : `{${min},${max}}`;
      return node.of.kind === 'repeat' ? `(?:${inner})${count}` : inner + count;
    }
  }
}

/** Letters and digits stand for themselves, all else by its number: no spelling is left to interpretation. */
function spell(code: number): string {
  const character = String.fromCodePoint(code);
  return /[A-Za-z0-9_ ]/.test(character) ? character : `\\x{${code.toString(16)}}`;
}

const maxLiterals = 64;

function required(node: Node, insensitive: boolean): string[] | undefined {
  switch (node.kind) {
    case 'char':
      return literalOf(node.code, insensitive)?.split('\0', 1);
    case 'group':
      return required(node.of, insensitive || node.flags.includes('i'));
    case 'repeat':
      return node.min >= 1 ? required(node.of, insensitive) : undefined;
    case 'alternate': {
      const branches = node.of.map((each) => required(each, insensitive));
      if (branches.some((branch) => branch === undefined)) return undefined;
      const all = [...new Set(branches.flat() as string[])];
      return all.length <= maxLiterals ? all : undefined;
    }
    case 'concat':
      return best(runs(node.of, insensitive));
    default:
      return undefined;
  }
}

/** The literal runs of a sequence, and what its other parts require. */
function runs(nodes: readonly Node[], insensitive: boolean): string[][] {
  const found: string[][] = [];
  let run = '';
  const flush = () => {
    if (run !== '') found.push([run]);
    run = '';
  };
  for (const node of nodes) {
    const literal = node.kind === 'char' ? literalOf(node.code, insensitive) : undefined;
    if (literal !== undefined) run += literal;
    else {
      if (node.kind !== 'assert') flush();
      const inner = node.kind === 'char' ? undefined : required(node, insensitive);
      if (inner) found.push(inner);
    }
  }
  flush();
  return found;
}

function best(sets: readonly string[][]): string[] | undefined {
  const shortest = (set: readonly string[]) => Math.min(...set.map((literal) => literal.length));
  return [...sets].sort((a, b) => shortest(b) - shortest(a) || a.length - b.length)[0];
}

/** Only ASCII letters fold the same way in every engine's tables and in ours. */
function literalOf(code: number, insensitive: boolean): string | undefined {
  if (code > 0x7f && insensitive) return undefined;
  return code > 0x7f ? undefined : String.fromCharCode(code).toLowerCase();
}

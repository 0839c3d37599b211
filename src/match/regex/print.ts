import { WolfsecError } from '../../errors.ts';
import { cost, MAX_COST, MAX_REPEAT, type Node, repetition } from './ast.ts';
import { parseRegex } from './parse.ts';

/** A regular expression in the spelling that the `regex` crate and `re2js` read alike. */
export interface CanonicalRegex {
  readonly source: string;
  readonly cost: number;
  readonly node: Node;
}

/**
 * Checks an expression and spells it out: explicit classes, no flags, no captures.
 *
 * @throws {WolfsecError} `WOLFSEC_PATTERN_INVALID`, or `WOLFSEC_LIMIT_EXCEEDED` where it grows too large.
 */
export function canonicalRegex(source: string, ignoreCase = false): CanonicalRegex {
  const node = parseRegex(source, ignoreCase);
  const steps = cost(node);
  if (steps > MAX_COST || repetition(node) > MAX_REPEAT) {
    throw new WolfsecError(
      'WOLFSEC_LIMIT_EXCEEDED',
      `regular expression ${JSON.stringify(source.slice(0, 200))} is too large once its repetitions are counted out`,
    );
  }
  return { source: print(node), cost: steps, node };
}

const spelled = {
  start: '\\A',
  end: '\\z',
  lineStart: '(?m:^)',
  lineEnd: '(?m:$)',
} as const;

function print(node: Node): string {
  switch (node.kind) {
    case 'empty':
      return '(?:)';
    case 'class':
      return printClass(node.ranges);
    case 'assert':
      return node.at === 'word' ? '\\b' : node.at === 'notWord' ? '\\B' : spelled[node.at];
    case 'concat':
      return node.nodes.map((child) => (child.kind === 'alternate' ? group(child) : print(child))).join('');
    case 'alternate':
      return node.nodes.map(print).join('|');
    case 'repeat':
      return printRepeat(node);
  }
}

function printRepeat({ node, min, max, greedy }: Node & { kind: 'repeat' }): string {
  const times =
    max === Number.POSITIVE_INFINITY
      ? min === 0
        ? '*'
        : min === 1
          ? '+'
          : `{${min},}`
      : min === 0 && max === 1
        ? '?'
        : `{${min},${max}}`;
  const inner = node.kind === 'class' ? print(node) : group(node);
  return `${inner}${times}${greedy ? '' : '?'}`;
}

const group = (node: Node): string => `(?:${print(node)})`;

function printClass(ranges: readonly number[]): string {
  if (ranges.length === 2 && ranges[0] === ranges[1]) return character(ranges[0]!);
  let body = '';
  for (let i = 0; i < ranges.length; i += 2) {
    body += character(ranges[i]!);
    if (ranges[i + 1] !== ranges[i]) body += `-${character(ranges[i + 1]!)}`;
  }
  return `[${body}]`;
}

function character(code: number): string {
  const plain =
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return plain ? String.fromCharCode(code) : `\\x{${code.toString(16).toUpperCase()}}`;
}

/** A regular expression of the vetted subset, parsed. */
export type Node =
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'assert'; readonly source: '^' | '$' | '\\b' | '\\B' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly Range[] }
  | { readonly kind: 'concat'; readonly of: readonly Node[] }
  | { readonly kind: 'alternate'; readonly of: readonly Node[] }
  | { readonly kind: 'group'; readonly flags: string; readonly of: Node }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number | undefined };

type Range = readonly [from: number, to: number];

/** Why an expression is refused. */
export class RegexFault extends Error {}

const maxRepeat = 1000;
const maxDepth = 100;
const last = 0x10ffff;

const digits: Range[] = [[0x30, 0x39]];
const words: Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const spaces: Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
const classes: Record<string, Range[]> = {
  d: digits,
  w: words,
  s: spaces,
  h: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
};
const posix: Record<string, Range[]> = {
  alnum: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  alpha: [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  digit: digits,
  lower: [[0x61, 0x7a]],
  upper: [[0x41, 0x5a]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: spaces,
  word: words,
  xdigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};
const escapes: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27, '0': 0 };

/** @throws {RegexFault} for look-around, back-references and what else cannot run in linear time. */
export function parseRegex(source: string): Node {
  const parser = new Parser(source);
  const node = parser.alternation(0);
  if (!parser.done) throw new RegexFault(`has an unmatched ")" at ${parser.at + 1}`);
  return node;
}

class Parser {
  at = 0;
  readonly characters: string[];

  constructor(source: string) {
    this.characters = [...source];
  }

  get done(): boolean {
    return this.at >= this.characters.length;
  }

  peek(ahead = 0): string | undefined {
    return this.characters[this.at + ahead];
  }

  next(): string {
    const character = this.characters[this.at];
    if (character === undefined) throw new RegexFault('ends too early');
    this.at++;
    return character;
  }

  eat(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at++;
    return true;
  }

  alternation(depth: number): Node {
    if (depth > maxDepth) throw new RegexFault(`nests deeper than ${maxDepth} groups`);
    const branches = [this.sequence(depth)];
    while (this.eat('|')) branches.push(this.sequence(depth));
    return branches.length === 1 ? (branches[0] as Node) : { kind: 'alternate', of: branches };
  }

  sequence(depth: number): Node {
    const nodes: Node[] = [];
    while (!this.done && this.peek() !== '|' && this.peek() !== ')') {
      const flags = this.bareFlags();
      if (flags !== undefined) {
        if (nodes.length > 0) throw new RegexFault('sets flags in the middle; use (?i:…) around that part');
        nodes.push({ kind: 'group', flags, of: this.alternation(depth + 1) });
        continue;
      }
      nodes.push(this.quantified(this.atom(depth)));
    }
    return nodes.length === 1 ? (nodes[0] as Node) : { kind: 'concat', of: nodes };
  }

  bareFlags(): string | undefined {
    if (this.peek() !== '(' || this.peek(1) !== '?') return undefined;
    let end = this.at + 2;
    while (/[a-zA-Z]/.test(this.characters[end] ?? '')) end++;
    if (end === this.at + 2 || this.characters[end] !== ')') return undefined;
    const flags = this.characters.slice(this.at + 2, end).join('');
    checkFlags(flags);
    this.at = end + 1;
    return flags;
  }

  atom(depth: number): Node {
    const character = this.next();
    switch (character) {
      case '.':
        return { kind: 'any' };
      case '^':
      case '$':
        return { kind: 'assert', source: character };
      case '(':
        return this.group(depth);
      case '[':
        return this.characterClass();
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
        throw new RegexFault(`has "${character}" with nothing to repeat at ${this.at}`);
      default:
        return { kind: 'char', code: character.codePointAt(0) as number };
    }
  }

  group(depth: number): Node {
    let flags = '';
    if (this.eat('?')) {
      const kind = this.next();
      if (kind === '=' || kind === '!')
        throw new RegexFault('uses look-ahead, which has no linear-time engine');
      if (kind === '>') throw new RegexFault('uses an atomic group, which has no linear-time engine');
      if (kind === 'P' || kind === '<') {
        if (kind === '<' && (this.peek() === '=' || this.peek() === '!')) {
          throw new RegexFault('uses look-behind, which has no linear-time engine');
        }
        if (kind === 'P' && !this.eat('<')) throw new RegexFault('uses a back-reference');
        while (this.next() !== '>');
      } else if (kind !== ':') {
        flags = kind;
        while (this.peek() !== ':') flags += this.next();
        this.at++;
        checkFlags(flags);
      }
    }
    const of = this.alternation(depth + 1);
    if (!this.eat(')')) throw new RegexFault('has an unclosed group');
    return { kind: 'group', flags, of };
  }

  quantified(atom: Node): Node {
    let node = atom;
    for (;;) {
      const bounds = this.bounds();
      if (bounds === undefined) return node;
      if (this.peek() === '+')
        throw new RegexFault('uses a possessive quantifier, which has no linear-time engine');
      this.eat('?');
      node = { kind: 'repeat', of: node, ...bounds };
    }
  }

  bounds(): { min: number; max: number | undefined } | undefined {
    if (this.eat('*')) return { min: 0, max: undefined };
    if (this.eat('+')) return { min: 1, max: undefined };
    if (this.eat('?')) return { min: 0, max: 1 };
    if (this.peek() !== '{') return undefined;
    const counted = /^\{(\d+)?(,(\d+)?)?\}/.exec(this.characters.slice(this.at, this.at + 24).join(''));
    if (!counted || (counted[1] === undefined && counted[3] === undefined)) return undefined;
    this.at += counted[0].length;
    const min = Number(counted[1] ?? 0);
    const max = counted[2] === undefined ? min : counted[3] === undefined ? undefined : Number(counted[3]);
    if (Math.max(min, max ?? 0) > maxRepeat) throw new RegexFault(`repeats more than ${maxRepeat} times`);
    if (max !== undefined && max < min) throw new RegexFault('has a repetition whose bounds are reversed');
    return { min, max };
  }

  escape(): Node {
    const character = this.next();
    if (character === 'b' || character === 'B') return { kind: 'assert', source: `\\${character}` };
    // The very ends of the value, also where `m` makes the other anchors those of lines.
    if (character === 'A') return { kind: 'group', flags: '-m', of: { kind: 'assert', source: '^' } };
    if (character === 'z' || character === 'Z') {
      return { kind: 'group', flags: '-m', of: { kind: 'assert', source: '$' } };
    }
    if (/[1-9]/.test(character) || character === 'k' || character === 'g') {
      throw new RegexFault('uses a back-reference, which has no linear-time engine');
    }
    const ranges = classes[character.toLowerCase()];
    if (ranges && /[dDwWsShH]/.test(character)) {
      return { kind: 'class', negated: character === character.toUpperCase(), ranges };
    }
    return { kind: 'char', code: this.escapedCode(character) };
  }

  escapedCode(character: string): number {
    if (character === 'x' || character === 'u') return this.hex(character === 'x' ? 2 : 4);
    const code = escapes[character];
    if (code !== undefined) return code;
    if (/[A-Za-z0-9]/.test(character)) throw new RegexFault(`has an unknown escape "\\${character}"`);
    return character.codePointAt(0) as number;
  }

  hex(width: number): number {
    let text = '';
    if (this.eat('{')) {
      while (this.peek() !== '}') text += this.next();
      this.at++;
    } else for (let i = 0; i < width; i++) text += this.next();
    const code = /^[0-9a-fA-F]{1,6}$/.test(text) ? Number.parseInt(text, 16) : last + 1;
    if (code > last || (code >= 0xd800 && code <= 0xdfff)) {
      throw new RegexFault(`has "${text}" where a character's number should be`);
    }
    return code;
  }

  characterClass(): Node {
    const negated = this.eat('^');
    const ranges: Range[] = [];
    let first = true;
    while (first || this.peek() !== ']') {
      first = false;
      const from = this.classItem();
      if (typeof from !== 'number') {
        ranges.push(...from);
        continue;
      }
      if (this.peek() === '-' && this.peek(1) !== ']' && this.peek(1) !== undefined) {
        this.at++;
        const to = this.classItem();
        if (typeof to !== 'number' || to < from)
          throw new RegexFault('has a character range that is reversed');
        ranges.push([from, to]);
      } else ranges.push([from, from]);
    }
    this.at++;
    return { kind: 'class', negated, ranges };
  }

  classItem(): number | Range[] {
    const character = this.next();
    if (character === '[' && this.peek() === ':') {
      const named = /^:(\w+):\]/.exec(this.characters.slice(this.at, this.at + 12).join(''));
      const ranges = named && posix[named[1] as string];
      if (ranges) {
        this.at += named[0].length;
        return ranges;
      }
    }
    if (character !== '\\') return character.codePointAt(0) as number;
    const escaped = this.next();
    const ranges = /[dDwWsShH]/.test(escaped) ? classes[escaped.toLowerCase()] : undefined;
    if (ranges) return escaped === escaped.toLowerCase() ? ranges : complement(ranges);
    return escaped === 'b' ? 8 : this.escapedCode(escaped);
  }
}

function complement(ranges: readonly Range[]): Range[] {
  const gaps: Range[] = [];
  let from = 0;
  for (const [start, end] of ranges) {
    if (start > from) gaps.push([from, start - 1]);
    from = end + 1;
  }
  // The surrogates are no characters.
  gaps.push([from, 0xd7ff], [0xe000, last]);
  return gaps;
}

function checkFlags(flags: string): void {
  if (/^[ims]*-[ims]+$/.test(flags)) return;
  const wrong = [...flags].find((flag) => !'ims'.includes(flag));
  if (wrong !== undefined) throw new RegexFault(`uses the inline flag "${wrong}"; only i, m and s are known`);
}

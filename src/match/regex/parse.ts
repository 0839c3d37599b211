import { WolfsecError } from '../../errors.ts';
import { type Assertion, MAX_DEPTH, MAX_REPEAT, type Node } from './ast.ts';
import {
  anything,
  digit,
  foldAscii,
  negate,
  normalize,
  notNewline,
  posix,
  type Ranges,
  space,
  unicodeProperty,
  word,
} from './classes.ts';

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27 };
const perl: Readonly<Record<string, Ranges>> = {
  d: digit,
  D: negate(digit),
  w: word,
  W: negate(word),
  s: space,
  S: negate(space),
};
const assertions: Readonly<Record<string, Assertion>> = { A: 'start', z: 'end', b: 'word', B: 'notWord' };

/**
 * Reads a regular expression of the subset that both back ends run in linear time: RE2's syntax
 * without captures' content, look-around and back-references. Classes such as `\d`, `\w`, `\s`,
 * `\b` and case folding are ASCII; `\p{…}` is Unicode.
 *
 * @throws {WolfsecError} `WOLFSEC_PATTERN_INVALID` with the place, counted in UTF-16 units.
 */
export function parseRegex(source: string, ignoreCase = false): Node {
  return new Parser(source).parse({ ignoreCase, multiline: false, dotAll: false });
}

class Parser {
  private at = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  parse(flags: Flags): Node {
    const node = this.alternation(flags, 0);
    if (this.at < this.source.length) this.fail('unmatched )');
    return node;
  }

  private alternation(outer: Flags, depth: number): Node {
    if (depth > MAX_DEPTH) this.fail(`more than ${MAX_DEPTH} groups within one another`);
    let flags = outer;
    const branches: Node[] = [];
    let items: Node[] = [];
    for (;;) {
      const c = this.source[this.at];
      if (c === undefined || c === ')') break;
      if (c === '|') {
        this.at++;
        branches.push(concat(items));
        items = [];
        continue;
      }
      const changed = c === '(' ? this.inlineFlags(flags) : undefined;
      if (changed) flags = changed;
      else items.push(this.quantified(this.atom(flags, depth)));
    }
    branches.push(concat(items));
    return branches.length === 1 ? branches[0]! : { kind: 'alternate', nodes: branches };
  }

  /** `(?i)`, `(?s-m)`…: flags for the rest of the group. */
  private inlineFlags(flags: Flags): Flags | undefined {
    const found = /^\(\?([a-zA-Z]*(?:-[a-zA-Z]+)?)\)/.exec(this.source.slice(this.at, this.at + 16));
    if (!found?.[1]) return undefined;
    const changed = this.applyFlags(flags, found[1]);
    this.at += found[0].length;
    return changed;
  }

  private applyFlags(flags: Flags, letters: string): Flags {
    const changed = { ...flags };
    let value = true;
    for (const letter of letters) {
      if (letter === '-') value = false;
      else if (letter === 'i') changed.ignoreCase = value;
      else if (letter === 'm') changed.multiline = value;
      else if (letter === 's') changed.dotAll = value;
      else this.fail(`flag ${letter} is not supported (i, m and s are)`);
    }
    return changed;
  }

  private atom(flags: Flags, depth: number): Node {
    const c = this.source[this.at]!;
    switch (c) {
      case '(':
        return this.group(flags, depth);
      case '[':
        return { kind: 'class', ranges: this.bracket(flags) };
      case '.':
        this.at++;
        return { kind: 'class', ranges: flags.dotAll ? anything : notNewline };
      case '^':
        this.at++;
        return { kind: 'assert', at: flags.multiline ? 'lineStart' : 'start' };
      case '$':
        this.at++;
        return { kind: 'assert', at: flags.multiline ? 'lineEnd' : 'end' };
      case '*':
      case '+':
      case '?':
        return this.fail(`nothing to repeat before ${c}`);
      case '\\': {
        const named = assertions[this.source[this.at + 1] ?? ''];
        if (named) {
          this.at += 2;
          return { kind: 'assert', at: named };
        }
        return { kind: 'class', ranges: fold(this.escape(), flags) };
      }
      default:
        return { kind: 'class', ranges: fold(this.literal(), flags) };
    }
  }

  private group(outer: Flags, depth: number): Node {
    const opened = this.at;
    let flags = outer;
    this.at++;
    if (this.source[this.at] === '?') {
      const rest = this.source.slice(this.at, this.at + 200);
      const opener = /^\?(?:P?<([A-Za-z_]\w*)>|([a-zA-Z]*(?:-[a-zA-Z]+)?):)/.exec(rest);
      if (!opener) {
        if (/^\?<?[=!]/.test(rest)) this.fail('look-around does not run in linear time');
        if (/^\?>/.test(rest)) this.fail('atomic groups are not supported');
        this.fail('unknown kind of group');
      } else {
        if (opener[2]) flags = this.applyFlags(outer, opener[2]);
        this.at += opener[0].length;
      }
    }
    const node = this.alternation(flags, depth + 1);
    if (this.source[this.at] !== ')') {
      this.at = opened;
      this.fail('missing ) for this group');
    }
    this.at++;
    return node;
  }

  private quantified(inner: Node): Node {
    let node = inner;
    for (let repeats = 0; ; repeats++) {
      const bounds = this.bounds();
      if (!bounds) return node;
      if (repeats > 0) this.fail('a repetition cannot be repeated without a group');
      const greedy = this.source[this.at] !== '?';
      if (!greedy) this.at++;
      else if (this.source[this.at] === '+') this.fail('possessive repetition is not supported');
      node = { kind: 'repeat', node, ...bounds, greedy };
    }
  }

  private bounds(): { min: number; max: number } | undefined {
    const c = this.source[this.at];
    const simple = c === '*' ? [0, Infinity] : c === '+' ? [1, Infinity] : c === '?' ? [0, 1] : undefined;
    if (simple) {
      this.at++;
      return { min: simple[0]!, max: simple[1]! };
    }
    // A brace that is no repetition is a literal, as in PCRE and RE2.
    const counted = c === '{' && /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.source.slice(this.at, this.at + 24));
    if (!counted) return undefined;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] ? Number(counted[3]) : Infinity;
    if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) {
      this.fail(`a repetition counts to ${MAX_REPEAT} at most`);
    }
    if (min > max) this.fail('the repetition ends before it begins');
    this.at += counted[0].length;
    return { min, max };
  }

  private literal(): number[] {
    const code = this.source.codePointAt(this.at)!;
    if (code >= 0xd800 && code <= 0xdfff) this.fail('a lone surrogate is not text');
    this.at += code > 0xffff ? 2 : 1;
    return [code, code];
  }

  /** What follows a backslash, as ranges. */
  private escape(): Ranges {
    const c = this.source[this.at + 1];
    if (c === undefined) return this.fail('the pattern ends in a backslash');
    if (perl[c]) return this.take(2, perl[c]);
    if (controls[c] !== undefined) return this.take(2, [controls[c], controls[c]]);
    if (c === 'x' || c === 'u') return this.hexadecimal();
    if (c === 'p' || c === 'P') return this.property(c === 'P');
    if (/[1-9]|k/.test(c)) return this.fail('back-references do not run in linear time');
    if (/[0-9A-Za-z]/.test(c)) return this.fail(`unknown escape \\${c}`);
    this.at++;
    return this.literal();
  }

  private hexadecimal(): Ranges {
    const rest = this.source.slice(this.at, this.at + 12);
    const found = /^\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|[xu]\{([0-9A-Fa-f]{1,6})\})/.exec(rest);
    if (!found) return this.fail('a hexadecimal escape is \\xHH, \\uHHHH or \\x{H…}');
    const code = Number.parseInt((found[1] ?? found[2] ?? found[3])!, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) this.fail('not a Unicode scalar value');
    return this.take(found[0].length, [code, code]);
  }

  private property(negated: boolean): Ranges {
    const found = /^\\[pP](?:\{(\^?)([A-Za-z_]+(?:=[A-Za-z_]+)?)\}|([A-Z]))/.exec(
      this.source.slice(this.at, this.at + 80),
    );
    const ranges = found && unicodeProperty((found[2] ?? found[3])!);
    if (!ranges) return this.fail('unknown Unicode property');
    return this.take(found[0].length, negated !== (found[1] === '^') ? negate(ranges) : ranges);
  }

  /** `[…]`: ranges, with folding applied before negation. */
  private bracket(flags: Flags): Ranges {
    const opened = this.at;
    this.at++;
    const negated = this.source[this.at] === '^';
    if (negated) this.at++;
    const pairs: number[] = [];
    for (let first = true; ; first = false) {
      const c = this.source[this.at];
      if (c === undefined) {
        this.at = opened;
        return this.fail('missing ] for this class');
      }
      if (c === ']' && !first) break;
      pairs.push(...this.member());
    }
    this.at++;
    const ranges = fold(normalize(pairs), flags);
    const result = negated ? negate(ranges) : ranges;
    if (result.length === 0) this.fail('this class matches nothing');
    return result;
  }

  private member(): Ranges {
    const named = /^\[:(\^?)([a-z]+):\]/.exec(this.source.slice(this.at, this.at + 16));
    if (named) {
      const ranges = posix[named[2]!];
      if (!ranges) return this.fail(`unknown class [:${named[2]}:]`);
      return this.take(named[0].length, named[1] ? negate(ranges) : ranges);
    }
    const low = this.single();
    const next = this.source[this.at + 1];
    if (low.length !== 2 || low[0] !== low[1] || this.source[this.at] !== '-' || next === ']' || !next) {
      return low;
    }
    this.at++;
    const high = this.single();
    if (high.length !== 2 || high[0] !== high[1]) this.fail('a range ends in one character');
    if (high[0]! < low[0]!) this.fail('the range ends before it begins');
    return [low[0]!, high[0]!];
  }

  private single(): Ranges {
    if (this.source[this.at] !== '\\') return this.literal();
    // Inside brackets \b is a backspace.
    if (this.source[this.at + 1] === 'b') return this.take(2, [8, 8]);
    return this.escape();
  }

  private take(length: number, ranges: Ranges): Ranges {
    this.at += length;
    return ranges;
  }

  private fail(reason: string): never {
    throw new WolfsecError(
      'WOLFSEC_PATTERN_INVALID',
      `regular expression ${JSON.stringify(this.source.slice(0, 200))}, column ${this.at + 1}: ${reason}`,
    );
  }
}

const fold = (ranges: Ranges, flags: Flags): Ranges => (flags.ignoreCase ? foldAscii(ranges) : ranges);

const concat = (items: readonly Node[]): Node =>
  items.length === 0 ? { kind: 'empty' } : items.length === 1 ? items[0]! : { kind: 'concat', nodes: items };

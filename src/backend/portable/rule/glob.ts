type Token = number | typeof one | typeof any;
const one = -1;
const any = -2;

/** A wildcard pattern: `*` any length, `?` one character, `\` escapes what follows it. */
export class Glob {
  readonly #tokens: Token[] = [];
  readonly #cased: boolean;

  /** @param text folded already unless the pattern is case-sensitive. */
  constructor(text: string, cased: boolean) {
    this.#cased = cased;
    const characters = [...text];
    for (let i = 0; i < characters.length; i++) {
      let character = characters[i] as string;
      if (character === '*') this.#tokens.push(any);
      else if (character === '?') this.#tokens.push(one);
      else {
        if (character === '\\') character = characters[++i] ?? '\\';
        this.#tokens.push(character.codePointAt(0) as number);
      }
    }
  }

  /** Whether the whole value fits; work is at most the product of both lengths. */
  holds(value: string, folded: string): boolean {
    const text = this.#cased ? value : folded;
    const tokens = this.#tokens;
    let [token, at] = [0, 0];
    let [star, from] = [-1, 0];
    for (;;) {
      const wanted = tokens[token];
      // A last `*` takes whatever is left.
      if (wanted === any && token + 1 === tokens.length) return true;
      if (wanted === any) {
        [star, from] = [token++, at];
        continue;
      }
      if (wanted === undefined && at === text.length) return true;
      const found = at < text.length ? (text.codePointAt(at) as number) : undefined;
      if (found !== undefined && wanted !== undefined && (wanted === one || wanted === found)) {
        token++;
        at += found > 0xffff ? 2 : 1;
      } else if (star >= 0 && from < text.length) {
        from += (text.codePointAt(from) as number) > 0xffff ? 2 : 1;
        [token, at] = [star + 1, from];
      } else return false;
    }
  }

  /** The longest plain part of the pattern. */
  literal(): string {
    let best: Token[] = [];
    let run: Token[] = [];
    for (const token of [...this.#tokens, any]) {
      if (token >= 0) run.push(token);
      else {
        if (run.length > best.length) best = run;
        run = [];
      }
    }
    return String.fromCodePoint(...best);
  }
}

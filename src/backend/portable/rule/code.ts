import { opcode } from '../../contract/rule.ts';

/**
 * Evaluates one expression of prefix code (see `opcode`). `holds` answers for a predicate.
 *
 * Gives the value; `end` is left where the next expression starts.
 */
export class Code {
  readonly #words: readonly number[];
  #at = 0;

  constructor(words: readonly number[]) {
    this.#words = words;
  }

  evaluate(holds: (predicate: number) => boolean): boolean {
    this.#at = 0;
    return this.#expression(holds);
  }

  #expression(holds: (predicate: number) => boolean): boolean {
    const words = this.#words;
    const operator = words[this.#at++];
    if (operator === opcode.predicate) return holds(words[this.#at++] as number);
    if (operator === opcode.not) return !this.#expression(holds);
    let wanted = operator === opcode.atLeast ? (words[this.#at++] as number) : 1;
    // Behind the number of operands stands that of their words.
    this.#at++;
    const end = this.#at + 1 + (words[this.#at] as number);
    this.#at++;
    const decides = operator !== opcode.and;
    while (this.#at < end) {
      if (this.#expression(holds) === decides && --wanted === 0) {
        this.#at = end;
        return decides;
      }
    }
    return !decides;
  }
}

/** The predicates of code that are not under a negation: those that can be the reason why it holds. */
export function reasons(words: readonly number[]): number[] {
  const found: number[] = [];
  const visit = (start: number, negated: boolean): number => {
    const operator = words[start];
    if (operator === opcode.predicate) {
      if (!negated) found.push(words[start + 1] as number);
      return start + 2;
    }
    if (operator === opcode.not) return visit(start + 1, !negated);
    const head = start + (operator === opcode.atLeast ? 4 : 3);
    const end = head + (words[head - 1] as number);
    let at = head;
    while (at < end) at = visit(at, negated);
    return end;
  };
  visit(0, false);
  return found;
}

/**
 * Aho-Corasick over Latin-1 text as one dense table: one look-up a character.
 *
 * Source: Aho, Corasick, "Efficient string matching" (1975), with the goto and failure functions
 * folded into one transition table over byte classes.
 */
export class Automaton {
  readonly #classes = new Uint8Array(256);
  readonly #next: Int32Array;
  readonly #width: number;
  /** Literals that end in a state, its suffixes' included; `undefined` for most states. */
  readonly #ends: (readonly number[] | undefined)[] = [];

  constructor(literals: readonly string[]) {
    let width = 1;
    for (const literal of literals) {
      for (let at = 0; at < literal.length; at++) {
        const code = literal.charCodeAt(at);
        if (this.#classes[code] === 0) this.#classes[code] = width++;
      }
    }
    this.#width = width;
    const states = 1 + literals.reduce((sum, literal) => sum + literal.length, 0);
    const next = new Int32Array(states * width).fill(-1);
    const ends: number[][] = [[]];
    let count = 1;
    literals.forEach((literal, index) => {
      let state = 0;
      for (let at = 0; at < literal.length; at++) {
        const edge = state * width + (this.#classes[literal.charCodeAt(at)] as number);
        if (next[edge] === -1) {
          next[edge] = count;
          ends[count++] = [];
        }
        state = next[edge] as number;
      }
      (ends[state] as number[]).push(index);
    });
    this.#next = next;
    this.#link(ends, count);
  }

  #link(ends: number[][], count: number): void {
    const { width, next } = { width: this.#width, next: this.#next };
    const failure = new Int32Array(count);
    const queue: number[] = [];
    for (let letter = 0; letter < width; letter++) {
      const child = next[letter] as number;
      if (child > 0) queue.push(child);
      else next[letter] = 0;
    }
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head] as number;
      const fallback = failure[state] as number;
      (ends[state] as number[]).push(...(ends[fallback] as number[]));
      for (let letter = 0; letter < width; letter++) {
        const child = next[state * width + letter] as number;
        const beside = next[fallback * width + letter] as number;
        if (child > 0) {
          failure[child] = beside;
          queue.push(child);
        } else next[state * width + letter] = beside;
      }
    }
    for (let state = 0; state < count; state++) {
      const found = ends[state] as number[];
      this.#ends[state] = found.length > 0 ? found : undefined;
    }
  }

  /** Calls `found` with the index of every literal that occurs, as often as it does. */
  scan(text: string, found: (literal: number) => void): void {
    let state = 0;
    const next = this.#next;
    const width = this.#width;
    const classes = this.#classes;
    const ends = this.#ends;
    for (let at = 0; at < text.length; at++) {
      state = next[state * width + (classes[text.charCodeAt(at)] as number)] as number;
      const here = ends[state];
      if (here !== undefined) for (let index = 0; index < here.length; index++) found(here[index] as number);
    }
  }
}

/**
 * A trie with failure links (Aho and Corasick, 1975), in flat arrays. State 0 is the root; the
 * children of a state are a chain of siblings, and `failure` leads to its longest proper suffix.
 */
export interface Trie {
  readonly states: number;
  readonly byte: Uint8Array;
  readonly firstChild: Int32Array;
  readonly sibling: Int32Array;
  readonly failure: Int32Array;
  /** First literal that ends in a state, or -1; more follow in `nextLiteral`. */
  readonly literal: Int32Array;
  readonly nextLiteral: Int32Array;
  /** Nearest suffix state where a literal ends, or 0. */
  readonly output: Int32Array;
  /** States in breadth-first order, the root first. */
  readonly order: Int32Array;
}

/** ASCII lower case of every byte. */
export const lowerCase = Uint8Array.from({ length: 256 }, (_, b) => (b >= 0x41 && b <= 0x5a ? b + 0x20 : b));

export function buildTrie(literals: readonly Uint8Array[], folds: boolean): Trie {
  const capacity = literals.reduce((sum, bytes) => sum + bytes.length, 1);
  const byte = new Uint8Array(capacity);
  const firstChild = new Int32Array(capacity).fill(-1);
  const sibling = new Int32Array(capacity).fill(-1);
  const literal = new Int32Array(capacity).fill(-1);
  const nextLiteral = new Int32Array(literals.length).fill(-1);
  let states = 1;
  for (const [number, bytes] of literals.entries()) {
    let state = 0;
    for (const raw of bytes) {
      const b = folds ? lowerCase[raw]! : raw;
      let child = firstChild[state]!;
      while (child >= 0 && byte[child] !== b) child = sibling[child]!;
      if (child < 0) {
        child = states++;
        byte[child] = b;
        sibling[child] = firstChild[state]!;
        firstChild[state] = child;
      }
      state = child;
    }
    nextLiteral[number] = literal[state]!;
    literal[state] = number;
  }
  const links = linkFailures({ states, byte, firstChild, sibling, literal });
  return { states, byte, firstChild, sibling, literal, nextLiteral, ...links };
}

function linkFailures(
  trie: Pick<Trie, 'states' | 'byte' | 'firstChild' | 'sibling' | 'literal'>,
): Pick<Trie, 'failure' | 'output' | 'order'> {
  const { states, firstChild, sibling, byte, literal } = trie;
  const failure = new Int32Array(states);
  const output = new Int32Array(states);
  const order = new Int32Array(states);
  const childOf = (state: number, b: number): number => {
    let child = firstChild[state]!;
    while (child >= 0 && byte[child] !== b) child = sibling[child]!;
    return child;
  };
  let queued = 1;
  for (let at = 0; at < queued; at++) {
    const state = order[at]!;
    for (let child = firstChild[state]!; child >= 0; child = sibling[child]!) {
      order[queued++] = child;
      if (state === 0) continue;
      let suffix = failure[state]!;
      let found = childOf(suffix, byte[child]!);
      while (found < 0 && suffix !== 0) {
        suffix = failure[suffix]!;
        found = childOf(suffix, byte[child]!);
      }
      const link = Math.max(found, 0);
      failure[child] = link;
      output[child] = literal[link]! >= 0 ? link : output[link]!;
    }
  }
  return { failure, output, order };
}

import { buildTrie, lowerCase, type Trie } from './trie.ts';

/**
 * Finds literals that end at each byte. `step` moves from state to state; `accepts[state]` tells
 * whether any literal ends there.
 */
export interface Automaton {
  readonly trie: Trie;
  readonly accepts: Uint8Array;
  /** Transitions by state and byte class, or `undefined` where the table would be too large. */
  readonly table: Int32Array | undefined;
  /** Byte to class; bytes that no literal holds share class 0. */
  readonly classOf: Uint8Array;
  readonly classes: number;
}

/** Largest transition table, in entries of four bytes. Larger sets follow failure links instead. */
const TABLE_LIMIT = 8 << 20;

export function buildAutomaton(
  literals: readonly Uint8Array[],
  folds: boolean,
  tableLimit = TABLE_LIMIT,
): Automaton {
  const trie = buildTrie(literals, folds);
  const { classOf, classes } = byteClasses(trie, folds);
  const accepts = new Uint8Array(trie.states);
  for (let s = 0; s < trie.states; s++) accepts[s] = trie.literal[s]! >= 0 || trie.output[s]! > 0 ? 1 : 0;
  const table = trie.states * classes <= tableLimit ? fillTable(trie, classOf, classes) : undefined;
  return { trie, accepts, table, classOf, classes };
}

function byteClasses(trie: Trie, folds: boolean): { classOf: Uint8Array; classes: number } {
  const used = new Uint8Array(256);
  for (let s = 1; s < trie.states; s++) used[trie.byte[s]!] = 1;
  const distinct = used.reduce((sum, flag) => sum + flag, 0);
  // With every byte in use, class 0 is that of byte 0 and nothing is left over.
  let classes = distinct === 256 ? 0 : 1;
  const classOf = new Uint8Array(256);
  for (let b = 0; b < 256; b++) if (used[b]) classOf[b] = classes++;
  if (folds) for (let b = 0; b < 256; b++) classOf[b] = classOf[lowerCase[b]!]!;
  return { classOf, classes };
}

function fillTable(trie: Trie, classOf: Uint8Array, classes: number): Int32Array {
  const { order, failure, firstChild, sibling, byte } = trie;
  const table = new Int32Array(trie.states * classes);
  for (const state of order) {
    const row = state * classes;
    // A suffix stands earlier in breadth-first order, so its row is complete.
    if (state !== 0) table.copyWithin(row, failure[state]! * classes, (failure[state]! + 1) * classes);
    for (let child = firstChild[state]!; child >= 0; child = sibling[child]!) {
      table[row + classOf[byte[child]!]!] = child;
    }
  }
  return table;
}

/** The next state by failure links: at most two steps for each byte on average (amortised). */
export function followLinks(trie: Trie, from: number, b: number): number {
  const { firstChild, sibling, byte, failure } = trie;
  for (let state = from; ; state = failure[state]!) {
    let child = firstChild[state]!;
    while (child >= 0 && byte[child] !== b) child = sibling[child]!;
    if (child >= 0) return child;
    if (state === 0) return 0;
  }
}

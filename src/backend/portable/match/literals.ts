import type { LiteralProgram } from '../../contract/match.ts';
import { type Automaton, buildAutomaton, followLinks } from './automaton.ts';
import { lowerCase } from './trie.ts';

/** Called for an occurrence; `true` ends the search. */
export type Found = (pattern: number, start: number, end: number) => boolean;

/** Many literals over bytes in one pass. */
export class Literals {
  private readonly automaton: Automaton;
  private readonly entries: readonly LiteralProgram[];
  private readonly folds: boolean;

  constructor(entries: readonly LiteralProgram[], tableLimit?: number) {
    this.entries = entries;
    this.folds = entries.some((entry) => entry.ignoreCase);
    this.automaton = buildAutomaton(
      entries.map((entry) => entry.bytes),
      this.folds,
      tableLimit,
    );
  }

  /** Reports every occurrence, overlapping ones too, by rising end; tells whether `found` ended it. */
  each(haystack: Uint8Array, length: number, found: Found): boolean {
    const { table, classOf, classes, accepts, trie } = this.automaton;
    let state = 0;
    if (table) {
      for (let at = 0; at < length; at++) {
        state = table[state * classes + classOf[haystack[at]!]!]!;
        if (accepts[state] === 1 && this.report(haystack, length, state, at + 1, found)) return true;
      }
      return false;
    }
    for (let at = 0; at < length; at++) {
      const b = haystack[at]!;
      state = followLinks(trie, state, this.folds ? lowerCase[b]! : b);
      if (accepts[state] === 1 && this.report(haystack, length, state, at + 1, found)) return true;
    }
    return false;
  }

  private report(haystack: Uint8Array, length: number, state: number, end: number, found: Found): boolean {
    const { literal, nextLiteral, output } = this.automaton.trie;
    for (let at = literal[state]! >= 0 ? state : output[state]!; at !== 0; at = output[at]!) {
      for (let number = literal[at]!; number >= 0; number = nextLiteral[number]!) {
        const entry = this.entries[number]!;
        const start = end - entry.bytes.length;
        if (this.placed(haystack, length, entry, start, end) && found(entry.pattern, start, end)) return true;
      }
    }
    return false;
  }

  private placed(
    haystack: Uint8Array,
    length: number,
    entry: LiteralProgram,
    start: number,
    end: number,
  ): boolean {
    const { anchor, bytes } = entry;
    if ((anchor === 'start' || anchor === 'whole') && start !== 0) return false;
    if ((anchor === 'end' || anchor === 'whole') && end !== length) return false;
    // The automaton folds case for all as soon as one literal asks for it.
    if (this.folds && !entry.ignoreCase) {
      for (let i = 0; i < bytes.length; i++) if (haystack[start + i] !== bytes[i]) return false;
    }
    return true;
  }
}

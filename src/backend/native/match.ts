import {
  anchorBits,
  type MatchBackend,
  type PatternMatcher,
  type PatternProgram,
} from '../contract/match.ts';
import { fromNative } from './error.ts';

declare const compiled: unique symbol;
/** An external that holds a compiled set. */
export type CompiledPatterns = { readonly [compiled]: never };

/** The addon's functions of this area. */
export interface MatchAddon {
  patternsCompile(
    literalBytes: Uint8Array,
    literalTable: Uint32Array,
    regexText: Uint8Array,
    regexTable: Uint32Array,
  ): CompiledPatterns;
  patternsIsMatch(set: CompiledPatterns, haystack: Uint8Array, length: number): boolean;
  patternsWhich(set: CompiledPatterns, haystack: Uint8Array, length: number, out: Uint32Array): number;
  patternsFind(
    set: CompiledPatterns,
    haystack: Uint8Array,
    length: number,
    out: Uint32Array,
    ends: Uint32Array,
  ): number;
  patternsFindBatch(
    set: CompiledPatterns,
    packed: Uint8Array,
    offsets: Uint32Array,
    out: Uint32Array,
  ): number;
}

export const nativeMatch = (addon: MatchAddon): MatchBackend => ({
  compilePatterns(program) {
    const set = compile(addon, program);
    const { patternsIsMatch, patternsWhich, patternsFind, patternsFindBatch } = addon;
    const matcher: PatternMatcher = {
      isMatch: (haystack, length) => patternsIsMatch(set, haystack, length),
      which: (haystack, length, out) => patternsWhich(set, haystack, length, out),
      find: (haystack, length, out, ends) => patternsFind(set, haystack, length, out, ends),
      findBatch: (packed, offsets, out) => patternsFindBatch(set, packed, offsets, out),
    };
    return matcher;
  },
});

const ignoreCaseBit = 4;

function compile(addon: MatchAddon, { literals, regexes }: PatternProgram): CompiledPatterns {
  const literalTable = new Uint32Array(literals.length * 4);
  let at = 0;
  for (const [i, { bytes, ignoreCase, anchor, pattern }] of literals.entries()) {
    const flags = anchorBits[anchor] | (ignoreCase ? ignoreCaseBit : 0);
    literalTable.set([at, at + bytes.length, flags, pattern], i * 4);
    at += bytes.length;
  }
  const sources = regexes.map(({ source }) => Buffer.from(source));
  const regexTable = new Uint32Array(regexes.length * 3);
  at = 0;
  for (const [i, source] of sources.entries()) {
    regexTable.set([at, at + source.length, regexes[i]!.pattern], i * 3);
    at += source.length;
  }
  const literalBytes = Buffer.concat(literals.map(({ bytes }) => bytes));
  try {
    return addon.patternsCompile(literalBytes, literalTable, Buffer.concat(sources), regexTable);
  } catch (error) {
    throw fromNative(error);
  }
}

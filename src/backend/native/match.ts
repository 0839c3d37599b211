import {
  anchorBits,
  type MatchBackend,
  type PatternMatcher,
  type PatternProgram,
} from '../contract/match.ts';
import { PortableIpTable } from '../portable/match/addresses.ts';
import { fromNative } from './error.ts';

declare const compiled: unique symbol;
/** An external that holds a compiled set. */
type CompiledPatterns = { readonly [compiled]: never };

declare const opened: unique symbol;
/** An external that holds an IP table. */
type OpenIpTable = { readonly [opened]: never };

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
  ipFlatten(
    starts: Uint32Array,
    lengths: Uint8Array,
    values: Uint32Array,
    words: number,
    outStarts: Uint32Array,
    outValues: Uint32Array,
  ): number;
  ipOpen(v4: Uint32Array, v4Values: Uint32Array, v6: Uint32Array, v6Values: Uint32Array): OpenIpTable;
  ipLookupPacked(table: OpenIpTable, addresses: Uint8Array, out: Uint32Array): void;
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
  flattenPrefixes({ words, starts, lengths, values }) {
    // Each prefix opens one row and closes into another at most.
    const most = 2 * lengths.length + 1;
    const [outStarts, outValues] = [new Uint32Array(most * words), new Uint32Array(most)];
    const rows = addon.ipFlatten(starts, lengths, values, words, outStarts, outValues);
    return { starts: outStarts.slice(0, rows * words), values: outValues.slice(0, rows) };
  },
  openIpTable({ v4, v6 }) {
    const table = addon.ipOpen(v4.starts, v4.values, v6.starts, v6.values);
    const { ipLookupPacked } = addon;
    // Crossing the boundary with a string costs more than reading an address here: see
    // bench/match.bench.ts. Packed addresses cross it once, for all.
    const host = new PortableIpTable({ v4, v6 });
    return {
      lookup: (address) => host.lookup(address),
      lookupPacked: (addresses, out) => ipLookupPacked(table, addresses, out),
    };
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

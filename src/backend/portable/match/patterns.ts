import type { PatternMatcher, PatternProgram } from '../../contract/match.ts';
import { Literals } from './literals.ts';
import { Regexes } from './regexes.ts';
import { asText } from './text.ts';

type Row = [pattern: number, start: number, end: number];

const fromTheStart = new Uint32Array(0);

const textOf = (haystack: Uint8Array, length: number) =>
  asText(haystack.length === length ? haystack : haystack.subarray(0, length));

/** A compiled set of patterns in TypeScript. */
export class PortablePatterns implements PatternMatcher {
  private readonly literals: Literals | undefined;
  private readonly regexes: Regexes | undefined;
  private readonly lastEnd: Uint32Array;
  private readonly seen: Uint8Array;

  constructor({ literals, regexes }: PatternProgram, tableLimit?: number) {
    const patterns = [...literals, ...regexes].reduce((most, { pattern }) => Math.max(most, pattern + 1), 0);
    this.literals = literals.length > 0 ? new Literals(literals, tableLimit) : undefined;
    this.regexes = regexes.length > 0 ? new Regexes(regexes) : undefined;
    this.lastEnd = new Uint32Array(patterns);
    this.seen = new Uint8Array(patterns);
  }

  isMatch(haystack: Uint8Array, length: number): boolean {
    if (this.literals?.each(haystack, length, () => true)) return true;
    return this.regexes?.isMatch(textOf(haystack, length).bytes) ?? false;
  }

  which(haystack: Uint8Array, length: number, out: Uint32Array): number {
    const { seen } = this;
    const found: number[] = [];
    this.literals?.each(haystack, length, (pattern) => {
      if (seen[pattern] === 0) found.push(pattern);
      seen[pattern] = 1;
      return false;
    });
    for (const pattern of found) seen[pattern] = 0;
    this.regexes?.which(textOf(haystack, length).bytes, (pattern) => found.push(pattern));
    found.sort((a, b) => a - b);
    out.set(found.slice(0, out.length));
    return found.length;
  }

  find(haystack: Uint8Array, length: number, out: Uint32Array, ends: Uint32Array): number {
    const rows = this.rows(haystack, length, ends);
    const fit = Math.min(rows.length, Math.floor(out.length / 3));
    for (let i = 0; i < fit; i++) out.set(rows[i]!, i * 3);
    return rows.length;
  }

  findBatch(packed: Uint8Array, offsets: Uint32Array, out: Uint32Array): number {
    let total = 0;
    for (let i = 0; i + 1 < offsets.length; i++) {
      const haystack = packed.subarray(offsets[i], offsets[i + 1]);
      for (const [pattern, start, end] of this.rows(haystack, haystack.length, fromTheStart)) {
        if (total * 4 + 4 <= out.length) out.set([i, pattern, start, end], total * 4);
        total++;
      }
    }
    return total;
  }

  private rows(haystack: Uint8Array, length: number, ends: Uint32Array): Row[] {
    const { lastEnd } = this;
    if (ends.length > 0) lastEnd.set(ends);
    const rows: Row[] = [];
    this.literals?.each(haystack, length, (pattern, start, end) => {
      // Matches of one literal come in order, so the last end alone decides.
      if (start >= lastEnd[pattern]!) {
        lastEnd[pattern] = end;
        rows.push([pattern, start, end]);
      }
      return false;
    });
    if (ends.length > 0) lastEnd.fill(0);
    else for (const [pattern] of rows) lastEnd[pattern] = 0;
    if (this.regexes) {
      const text = textOf(haystack, length);
      const from = (pattern: number) => text.position(ends[pattern] ?? 0);
      this.regexes.find(text.bytes, from, (pattern, start, end) => {
        rows.push([pattern, text.offset(start), text.offset(end)]);
      });
    }
    return rows.sort((a, b) => a[1] - b[1] || a[2] - b[2] || a[0] - b[0]);
  }
}

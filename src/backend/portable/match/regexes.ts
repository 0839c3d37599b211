import { RE2JS, RE2Set } from 're2js';
import type { RegexProgram } from '../../contract/match.ts';

interface Single {
  readonly pattern: number;
  readonly regex: RE2JS;
}

/** Regular expressions over UTF-8, in linear time: one pass tells which match, then each tells where. */
export class Regexes {
  private readonly each: readonly Single[];
  private readonly all = new RE2Set();

  constructor(programs: readonly RegexProgram[]) {
    this.each = programs.map(({ source, pattern }) => ({ pattern, regex: RE2JS.compile(source) }));
    for (const { source } of programs) this.all.add(source);
    this.all.compile();
  }

  isMatch(text: Uint8Array): boolean {
    return this.each.length === 1 ? this.each[0]!.regex.test(text) : this.all.match(text).length > 0;
  }

  which(text: Uint8Array, found: (pattern: number) => void): void {
    for (const { pattern } of this.matching(text)) found(pattern);
  }

  /** Reports each expression's own leftmost-first matches, beginning at `from(pattern)`. */
  find(
    text: Uint8Array,
    from: (pattern: number) => number,
    found: (pattern: number, start: number, end: number) => void,
  ): void {
    for (const { regex, pattern } of this.matching(text)) {
      eachMatch(regex, text, from(pattern), (start, end) => found(pattern, start, end));
    }
  }

  private matching(text: Uint8Array): readonly Single[] {
    if (this.each.length === 1) return this.each[0]!.regex.test(text) ? this.each : [];
    return this.all.match(text).map((index) => this.each[index]!);
  }
}

/**
 * Goes from match to match. An empty match that touches the one before is passed over, and the
 * search goes on a character later.
 */
function eachMatch(
  regex: RE2JS,
  text: Uint8Array,
  from: number,
  found: (start: number, end: number) => void,
): void {
  const matcher = regex.matcher(text);
  let lastEnd = -1;
  for (let at = from; at <= text.length && matcher.find(at); ) {
    const start = matcher.start();
    const end = matcher.end();
    if (end > start) {
      at = end;
    } else {
      at = end + characterWidth(text[end]);
      if (lastEnd === end) continue;
    }
    lastEnd = end;
    found(start, end);
  }
}

/** UTF-8 length by lead byte; the end of the text counts as one. */
function characterWidth(lead: number | undefined): number {
  if (lead === undefined || lead < 0xc0) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

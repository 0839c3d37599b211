/** A line of a list that holds no prefix. */
export interface InvalidLine {
  /** 1-based. */
  readonly line: number;
  /** The line's beginning, at most 120 bytes. */
  readonly text: string;
  readonly reason: string;
}

/**
 * Goes through a plain list: one prefix a line, then optionally blanks or a comma and a label;
 * `#` and `;` begin a comment. `text` holds one character a byte.
 *
 * @param take gets the prefix's bounds and the label; tells what is wrong with it.
 */
export function eachLine(
  text: string,
  take: (from: number, to: number, label: string) => string | undefined,
  invalid: (line: InvalidLine) => void,
): void {
  for (let start = 0, line = 1; start < text.length; line++) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const from = skipBlanks(text, start, end);
    const to = wordEnd(text, from, end);
    if (to > from) {
      const reason = take(from, to, label(text, to, end));
      if (reason)
        invalid({ line, text: utf8(text.slice(start, Math.min(end, start + 120))).trimEnd(), reason });
    }
    start = end + 1;
  }
}

/** A byte-order mark at the list's start, and blanks. */
function skipBlanks(text: string, start: number, end: number): number {
  let at = start === 0 && text.startsWith('\xef\xbb\xbf') ? 3 : start;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Where the first word ends: nothing of a comment line is a word. */
function wordEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const c = text.charCodeAt(at);
    if (isBlank(c) || c === 0x2c || c === 0x23 || c === 0x3b) return at;
    at++;
  }
  return at;
}

function label(text: string, from: number, end: number): string {
  let at = from;
  while (at < end && (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === 0x2c)) at++;
  if (at === end) return '';
  const rest = text.slice(at, end);
  const comment = rest.search(/[#;]/);
  return utf8((comment < 0 ? rest : rest.slice(0, comment)).trimEnd());
}

const isBlank = (c: number): boolean => c === 0x20 || c === 0x09 || c === 0x0d;

const utf8 = (bytes: string): string =>
  /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString() : bytes;

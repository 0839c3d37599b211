import { isAlpha, isDigit, isHex, isSpace, isWordChar } from './bytes.ts';

/** Token strings are cut here: evidence of an injection stands near the start. */
export const maxTokens = 1024;

const rejectAfterWord = /[1snlv)]$/;

/**
 * Reads a lower-case value as a piece of SQL and gives one letter a token.
 *
 * `quote` 0 reads it as it stands; a quote's code reads it as the rest of a literal that this
 * quote opened. Letters: `s` string, `z` string left open, `1` number, `n` name, `v` variable,
 * `c` comment to the end, `C` conditional comment, `=` comparison, `+` arithmetic, `&` logic,
 * punctuation as itself, `?` anything else, and the classes of `words-sql.yml`.
 */
export function tokeniseSql(text: string, quote: number, words: ReadonlyMap<string, string>): string {
  let tokens = '';
  let at = 0;
  const end = text.length;
  if (quote !== 0) {
    at = closeString(text, 0, quote);
    if (at > end) return 'z';
    tokens = 's';
  }
  while (at < end && tokens.length < maxTokens) {
    const code = text.charCodeAt(at);
    if (isSpace(code) || code === 0 || code === 0xa0) {
      at++;
      continue;
    }
    if (isDigit(code) || (code === 0x2e && isDigit(text.charCodeAt(at + 1)))) {
      const from = at;
      at = numberEnd(text, at);
      const tail = wordEnd(text, at);
      if (tail === at) {
        tokens += '1';
      } else {
        const known = words.get(text.slice(at, tail));
        if (known !== undefined && known !== 'a' && known !== 'f' && known !== 'x') {
          tokens += '1';
        } else {
          tokens += hexNumber(text, from, tail) ? '1' : 'n';
          at = tail;
        }
      }
      continue;
    }
    if (isAlpha(code) || code === 0x5f || code >= 0x80) {
      const tail = wordEnd(text, at);
      const next = text.charCodeAt(tail);
      if ((next === 0x27 || next === 0x22) && tail - at === 1 && 'xbneq'.includes(text[at] as string)) {
        const closed = closeString(text, tail + 1, next);
        tokens += closed > end ? 'z' : 's';
        at = closed;
        continue;
      }
      tokens += wordClass(text, at, tail, words);
      at = tail;
      continue;
    }
    const next = text.charCodeAt(at + 1);
    switch (code) {
      case 0x27:
      case 0x22: {
        const closed = closeString(text, at + 1, code);
        tokens += closed > end ? 'z' : 's';
        at = closed;
        continue;
      }
      case 0x60: {
        const closed = text.indexOf('`', at + 1);
        tokens += closed < 0 ? 'z' : 'n';
        at = closed < 0 ? end : closed + 1;
        continue;
      }
      case 0x2d:
        if (next === 0x2d) {
          tokens += 'c';
          at = lineEnd(text, at);
          continue;
        }
        if (unary(tokens)) tokens += '';
        else tokens += '+';
        at++;
        continue;
      case 0x23:
        tokens += 'c';
        at = lineEnd(text, at);
        continue;
      case 0x2f:
        if (next === 0x2a) {
          if (text.charCodeAt(at + 2) === 0x21) {
            tokens += 'C';
            at += 3;
            while (isDigit(text.charCodeAt(at))) at++;
            continue;
          }
          const closed = text.indexOf('*/', at + 2);
          if (closed < 0 || closed + 2 >= end) tokens += 'c';
          at = closed < 0 ? end : closed + 2;
          continue;
        }
        tokens += '+';
        at++;
        continue;
      case 0x2a:
        if (next === 0x2f) {
          at += 2;
          continue;
        }
        tokens += '+';
        at++;
        continue;
      case 0x2b:
        if (!unary(tokens)) tokens += '+';
        at++;
        continue;
      case 0x25:
      case 0x5e:
      case 0x7e:
        tokens += '+';
        at++;
        continue;
      case 0x7c:
        tokens += next === 0x7c ? '&' : '+';
        at += next === 0x7c ? 2 : 1;
        continue;
      case 0x26:
        tokens += next === 0x26 ? '&' : '+';
        at += next === 0x26 ? 2 : 1;
        continue;
      case 0x3d:
      case 0x3c:
      case 0x3e:
        at++;
        while (at < end && '<=>'.includes(text[at] as string)) at++;
        tokens += '=';
        continue;
      case 0x21:
        if (next === 0x3d || next === 0x7e) {
          tokens += '=';
          at += 2;
        } else {
          tokens += '!';
          at++;
        }
        continue;
      case 0x3a:
        if (next === 0x3d) {
          tokens += '=';
          at += 2;
        } else if (next === 0x3a && isAlpha(text.charCodeAt(at + 2))) {
          tokens += ':';
          at = wordEnd(text, at + 2);
        } else {
          tokens += '?';
          at++;
        }
        continue;
      case 0x40:
        at++;
        while (at < end && (text[at] === '@' || text[at] === '`' || isWordChar(text.charCodeAt(at)))) at++;
        tokens += 'v';
        continue;
      case 0x28:
      case 0x29:
      case 0x2c:
      case 0x3b:
      case 0x2e:
      case 0x7b:
      case 0x7d:
        tokens += text[at];
        at++;
        continue;
      case 0x5b: {
        const tail = wordEnd(text, at + 1);
        if (tail > at + 1 && text.charCodeAt(tail) === 0x5d) {
          tokens += wordClass(text, at + 1, tail, words) === 'N' ? 'N' : 'n';
          at = tail + 1;
        } else {
          tokens += '?';
          at++;
        }
        continue;
      }
      default:
        tokens += '?';
        at++;
    }
  }
  return tokens;
}

/** A sign is part of the number where no operand stands before it. */
function unary(tokens: string): boolean {
  return !rejectAfterWord.test(tokens);
}

/** One past the closing quote, or one past the end where there is none. Doubled and escaped quotes stay inside. */
function closeString(text: string, from: number, quote: number): number {
  const end = text.length;
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === 0x5c && text.charCodeAt(at + 1) === quote && at + 1 < end) at += 2;
    else if (code === quote) {
      if (text.charCodeAt(at + 1) !== quote || at + 1 >= end) return at + 1;
      at += 2;
    } else at++;
  }
  return end + 1;
}

function numberEnd(text: string, from: number): number {
  let at = from;
  if (text[at] === '0' && (text[at + 1] === 'x' || text[at + 1] === 'b')) {
    let tail = at + 2;
    while (isHex(text.charCodeAt(tail))) tail++;
    if (tail > at + 2) return tail;
  }
  while (isDigit(text.charCodeAt(at))) at++;
  if (text[at] === '.') {
    at++;
    while (isDigit(text.charCodeAt(at))) at++;
  }
  if (text[at] === 'e') {
    const sign = text[at + 1] === '+' || text[at + 1] === '-' ? 2 : 1;
    if (isDigit(text.charCodeAt(at + sign))) {
      at += sign;
      while (isDigit(text.charCodeAt(at))) at++;
    }
  }
  return at;
}

function hexNumber(text: string, from: number, to: number): boolean {
  return text[from] === '0' && text[from + 1] === 'x' && to - from === 2;
}

/** A word goes on over dots that join names: `mysql.user`, `information_schema.tables`. */
function wordEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (isWordChar(text.charCodeAt(at))) at++;
    if (
      at > from &&
      text.charCodeAt(at) === 0x2e &&
      (isAlpha(text.charCodeAt(at + 1)) || text[at + 1] === '_')
    )
      at++;
    else return at;
  }
}

function wordClass(text: string, from: number, to: number, words: ReadonlyMap<string, string>): string {
  const word = text.slice(from, to);
  let known = words.get(word);
  if (known === undefined) {
    const dot = word.indexOf('.');
    if (dot < 0) return 'n';
    const first = words.get(word.slice(0, dot));
    const last = words.get(word.slice(word.lastIndexOf('.') + 1));
    known = first === 'N' || last === 'N' ? 'N' : last === 'F' ? 'F' : undefined;
    if (known === undefined) return 'n';
  }
  if (known !== 'f' && known !== 'F') return known;
  let at = to;
  while (isSpace(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === 0x28 ? known : 'n';
}

function lineEnd(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found + 1;
}

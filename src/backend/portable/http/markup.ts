import { isAlpha, isSpace, isWordChar } from './bytes.ts';
import { maxTokens } from './sql.ts';

/**
 * Reads a lower-case value as a piece of HTML and gives a letter to what a browser would see.
 *
 * `quote` 0 reads it as text, a quote's code as the rest of an attribute's value that this quote
 * opened, 0x20 as the rest of a value without quotes. Letters: `<` then the tag's class (`t` where unknown), `/` a closing tag, `>`,
 * the attribute's class (`a` where unknown, `o` an event handler), `=`
 * before a value, then `J` script address, `X` active style, `v` any other value; `!` declaration, `k`
 * comment, `K` conditional comment, `p` processing instruction, `%` server script.
 */
export function tokeniseMarkup(text: string, quote: number, words: ReadonlyMap<string, string>): string {
  const end = text.length;
  let tokens = '';
  let at = 0;
  let inTag = quote !== 0;
  if (quote === 0x20) {
    while (at < end && !isSpace(text.charCodeAt(at)) && text[at] !== '>' && text[at] !== '/') at++;
    if (at >= end) return '';
  } else if (quote !== 0) {
    at = text.indexOf(String.fromCharCode(quote), 0) + 1;
    if (at === 0) return '';
  }
  while (at < end && tokens.length < maxTokens) {
    const code = text.charCodeAt(at);
    if (!inTag) {
      if (code !== 0x3c) {
        const open = text.indexOf('<', at);
        if (open < 0) break;
        at = open;
        continue;
      }
      const next = text.charCodeAt(at + 1);
      if (next === 0x21) {
        if (text.startsWith('--', at + 2)) {
          tokens += text.startsWith('[if', at + 4) || text.startsWith('#', at + 4) ? 'K' : 'k';
          at += 4;
        } else {
          tokens += '!';
          at += 2;
        }
      } else if (next === 0x3f) {
        tokens += 'p';
        at += 2;
      } else if (next === 0x25) {
        tokens += '%';
        at += 2;
      } else {
        const closing = next === 0x2f;
        const from = at + (closing ? 2 : 1);
        const tail = nameEnd(text, from);
        if (tail === from || !startsName(text.charCodeAt(from))) {
          at++;
          continue;
        }
        tokens += closing ? '/' : '<';
        tokens += tagClass(text.slice(from, tail), words);
        at = tail;
        inTag = true;
      }
      continue;
    }
    if (code === 0x3e) {
      tokens += '>';
      at++;
      inTag = false;
      continue;
    }
    if (code === 0x3c) {
      inTag = false;
      continue;
    }
    if (
      isSpace(code) ||
      code === 0x2f ||
      code === 0 ||
      code === 0x22 ||
      code === 0x27 ||
      code === 0x60 ||
      code === 0x3d
    ) {
      at++;
      continue;
    }
    const tail = attributeEnd(text, at);
    const name = text.slice(at, tail).replaceAll('\0', '');
    at = tail;
    while (isSpace(text.charCodeAt(at)) || text.charCodeAt(at) === 0) at++;
    if (text.charCodeAt(at) !== 0x3d) {
      tokens += attributeClass(name, words) === 'o' ? 'e' : 'a';
      continue;
    }
    at++;
    while (isSpace(text.charCodeAt(at)) || text.charCodeAt(at) === 0) at++;
    const opened = text.charCodeAt(at);
    const from = opened === 0x22 || opened === 0x27 || opened === 0x60 ? at + 1 : at;
    let to: number;
    if (from > at) {
      to = text.indexOf(text[at] as string, from);
      if (to < 0) to = end;
    } else {
      to = at;
      while (to < end && !isSpace(text.charCodeAt(to)) && text[to] !== '>') to++;
    }
    tokens += attributeClass(name, words);
    tokens += '=';
    tokens += valueClass(text, from, to);
    at = from > at ? to + 1 : to;
  }
  return tokens;
}

function startsName(code: number): boolean {
  return isAlpha(code) || code === 0;
}

function nameEnd(text: string, from: number): number {
  let at = from;
  const end = text.length;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isWordChar(code) || code === 0 || code === 0x3a || code === 0x2d || code === 0x2e) at++;
    else break;
  }
  return at;
}

function attributeEnd(text: string, from: number): number {
  let at = from;
  const end = text.length;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isSpace(code) || code === 0x3d || code === 0x3e || code === 0x2f || code === 0x3c) break;
    at++;
  }
  return at;
}

function tagClass(raw: string, words: ReadonlyMap<string, string>): string {
  const name = raw.replaceAll('\0', '');
  const known = words.get(name);
  if (known !== undefined) return known;
  const colon = name.indexOf(':');
  if (colon < 0) return 't';
  return words.get(name.slice(colon + 1)) ?? words.get(name.slice(0, colon)) ?? 't';
}

function attributeClass(name: string, words: ReadonlyMap<string, string>): string {
  const known = words.get(`${name}=`);
  if (known !== undefined) return known;
  return /^on[a-z]{3,20}$/.test(name) ? 'O' : 'a';
}

const scriptAddress =
  /^(?:javascript|vbscript|livescript|mocha|jscript|data:(?:text\/|image\/svg|application\/|;|,)|data:[^,]{0,40}base64)/;
const activeStyle =
  /expression\(|javascript:|vbscript:|behaviou?r:|-moz-binding|@import|url\(data:|-o-link|\\[0-9a-f]{2}/;

/** What a value does once white space and control characters are taken out, as browsers do. */
function valueClass(text: string, from: number, to: number): string {
  let bare = '';
  for (let at = from; at < to && bare.length < 256; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x20 && code !== 0x7f) bare += text[at];
  }
  if (scriptAddress.test(bare)) return 'J';
  return activeStyle.test(bare) ? 'X' : 'v';
}

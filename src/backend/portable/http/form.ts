import { trimAscii } from './bytes.ts';
import { percentDecode } from './decode.ts';
import type { Visitor } from './fields.ts';

/** `name=value` pairs joined by `&`, as query strings and urlencoded bodies have them. */
export function walkForm(text: string, nameAt: number, valueAt: number, visitor: Visitor): void {
  let from = 0;
  let cut = false;
  const end = text.length;
  while (from <= end) {
    let to = text.indexOf('&', from);
    if (to < 0) to = end;
    // `&amp;` copied out of HTML source is a plain separator.
    if (text.startsWith('amp;', from)) from += 4;
    if (to > from) {
      cut ||= from > 0 && isReferenceTail(text.slice(from, Math.min(to, from + 13)));
      const equals = text.indexOf('=', from);
      const split = equals < 0 || equals > to ? to : equals;
      const name = percentDecode(text.slice(from, split), true);
      if (!visitor.field(nameAt, name, name)) return;
      if (split < to && !visitor.field(valueAt, name, percentDecode(text.slice(split + 1, to), true))) return;
    }
    from = to + 1;
  }
  // What character references were cut out of is read as one value besides.
  if (cut) visitor.field(valueAt, '', percentDecode(text, true));
}

/** What is left of a character reference (`lt;`, `#x27;`) where its `&` was taken for a separator. */
function isReferenceTail(pair: string): boolean {
  return /^#?[a-zA-Z0-9]{1,8}(?:;|%3[bB])/.test(pair);
}

/** Cookie pairs joined by `;`. RFC 6265 section 4.2.1. */
export function walkCookies(text: string, nameAt: number, valueAt: number, visitor: Visitor): void {
  for (const pair of text.split(';')) {
    const trimmed = trimAscii(pair);
    if (trimmed === '') continue;
    const equals = trimmed.indexOf('=');
    const name = percentDecode(equals < 0 ? trimmed : trimmed.slice(0, equals), false);
    if (!visitor.field(nameAt, name, name)) return;
    if (equals >= 0) {
      let value = trimmed.slice(equals + 1);
      if (value.length > 1 && value.startsWith('"') && value.endsWith('"')) value = value.slice(1, -1);
      if (!visitor.field(valueAt, name, percentDecode(value, true))) return;
    }
  }
}

import { isSpace, trimAscii } from './bytes.ts';
import { at as location, type Visitor } from './fields.ts';

/** Walks XML: texts, attribute values, and what declarations say. Entities are taken off by the value's own decoding. */
export function walkXml(text: string, visitor: Visitor): void {
  const end = text.length;
  let at = 0;
  let element = '';
  while (at < end) {
    if (text.charCodeAt(at) !== 0x3c) {
      let open = text.indexOf('<', at);
      if (open < 0) open = end;
      const value = trimAscii(text.slice(at, open));
      if (value !== '' && !visitor.field(location.body, element, value)) return;
      at = open;
      continue;
    }
    if (text.startsWith('<![CDATA[', at)) {
      let close = text.indexOf(']]>', at);
      if (close < 0) close = end;
      if (!visitor.field(location.body, element, text.slice(at + 9, close))) return;
      at = close + 3;
      continue;
    }
    if (text.startsWith('<!--', at)) {
      const close = text.indexOf('-->', at);
      at = close < 0 ? end : close + 3;
      continue;
    }
    if (text.startsWith('<!', at) || text.startsWith('<?', at)) {
      let close = text.indexOf('>', at);
      if (close < 0) close = end;
      if (!visitor.field(location.rawBody, 'declaration', text.slice(at, close))) return;
      at = close + 1;
      continue;
    }
    at++;
    const from = at;
    while (at < end && !isSpace(text.charCodeAt(at)) && text[at] !== '>' && text[at] !== '/') at++;
    if (at > from) {
      element = text.slice(from, at);
      if (!visitor.field(location.bodyName, element, element)) return;
    } else if (text[at] === '/') {
      const close = text.indexOf('>', at);
      at = close < 0 ? end : close + 1;
      continue;
    }
    at = walkAttributes(text, at, visitor);
    if (at < 0) return;
  }
}

/** Returns where the tag ends, or -1 when the visitor stops the walk. */
function walkAttributes(text: string, from: number, visitor: Visitor): number {
  const end = text.length;
  let at = from;
  while (at < end && text[at] !== '>') {
    const code = text.charCodeAt(at);
    if (isSpace(code) || code === 0x2f) {
      at++;
      continue;
    }
    const nameFrom = at;
    while (at < end && !isSpace(text.charCodeAt(at)) && !'=>/'.includes(text[at] as string)) at++;
    const name = text.slice(nameFrom, at);
    if (at === nameFrom) at++;
    while (isSpace(text.charCodeAt(at))) at++;
    if (text[at] !== '=') continue;
    at++;
    while (isSpace(text.charCodeAt(at))) at++;
    const quote = text[at];
    let to: number;
    let value: string;
    if (quote === '"' || quote === "'") {
      to = text.indexOf(quote, at + 1);
      if (to < 0) to = end;
      value = text.slice(at + 1, to);
      to++;
    } else {
      to = at;
      while (to < end && !isSpace(text.charCodeAt(to)) && text[to] !== '>') to++;
      value = text.slice(at, to);
    }
    if (!visitor.field(location.body, name, value)) return -1;
    at = to;
  }
  return Math.min(at + 1, end);
}

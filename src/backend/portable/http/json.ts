import { isSpace } from './bytes.ts';
import { jsonUnescape } from './decode.ts';
import { at as location, type Visitor } from './fields.ts';
import { JsonPath } from './path.ts';

/**
 * Walks JSON without building it: every key and every string goes to the visitor. Lenient where an
 * application's parser might be, so that a broken document hides nothing; what breaks RFC 8259 is told as a check.
 * The nesting is kept as one step a level, so that depth costs no stack.
 */
export function walkJson(text: string, maxDepth: number, visitor: Visitor): void {
  const end = text.length;
  const path = new JsonPath();
  let at = 0;
  let expectKey = false;
  let broken = false;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      at++;
      continue;
    }
    if (code === 0x22) {
      let close = at + 1;
      while (close < end) {
        const inner = text.charCodeAt(close);
        if (inner === 0x22) break;
        close += inner === 0x5c ? 2 : 1;
      }
      if (close >= end) {
        broken = true;
        close = end;
      }
      const value = jsonUnescape(text.slice(at + 1, close));
      at = close + 1;
      if (expectKey) {
        path.setKey(value);
        if (!visitor.nested(location.bodyName, path, value)) return;
      } else if (!visitor.nested(location.body, path, value)) return;
      continue;
    }
    at++;
    if (code === 0x7b || code === 0x5b) {
      if (path.depth >= maxDepth) {
        visitor.check('json-too-deep', `${path}`, '');
        return;
      }
      path.enter(code === 0x7b);
      expectKey = code === 0x7b;
    } else if (code === 0x7d || code === 0x5d) {
      if (!path.leave(code === 0x7d)) broken = true;
      expectKey = false;
    } else if (code === 0x2c) {
      expectKey = path.inObject;
    } else if (code === 0x3a) {
      expectKey = false;
    } else {
      const from = at - 1;
      while (at < end && !isSpace(text.charCodeAt(at)) && !',:{}[]"'.includes(text[at] as string)) at++;
      if (!/^(?:-?[0-9][0-9.eE+-]*|true|false|null)$/.test(text.slice(from, at))) {
        broken = true;
        if (!visitor.nested(location.body, path, text.slice(from, at))) return;
      }
    }
  }
  if (broken || path.depth > 0) visitor.check('malformed-json', `${path}`, '');
}

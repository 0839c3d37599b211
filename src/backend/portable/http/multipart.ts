import { lowerAscii, trimAscii } from './bytes.ts';
import { percentDecode } from './decode.ts';
import { at as location, type Visitor } from './fields.ts';

/** Walks multipart/form-data; line ends may be bare, as lenient parsers take them. RFC 7578, RFC 2046 section 5.1. */
export function walkMultipart(text: string, contentType: string, visitor: Visitor): void {
  const boundary = boundaryOf(contentType);
  if (boundary === '') {
    visitor.check('malformed-multipart', 'boundary', contentType);
    visitor.field(location.rawBody, '', text);
    return;
  }
  const mark = `--${boundary}`;
  let at = text.indexOf(mark);
  if (at < 0) {
    visitor.check('malformed-multipart', 'boundary', boundary);
    visitor.field(location.rawBody, '', text);
    return;
  }
  let closed = false;
  while (at >= 0) {
    const from = at + mark.length;
    if (text.startsWith('--', from)) {
      closed = true;
      break;
    }
    const next = text.indexOf(mark, from);
    if (!walkPart(text.slice(from, next < 0 ? text.length : next), visitor)) return;
    at = next;
  }
  if (!closed) visitor.check('malformed-multipart', 'end', boundary);
}

function walkPart(part: string, visitor: Visitor): boolean {
  const body = part.replace(/^\r?\n/, '');
  const blank = /\r?\n\r?\n/.exec(body);
  const head = blank ? body.slice(0, blank.index) : body;
  const content = blank ? body.slice(blank.index + blank[0].length).replace(/\r?\n$/, '') : '';
  let name: string | undefined;
  let file: string | undefined;
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const header = lowerAscii(trimAscii(colon < 0 ? line : line.slice(0, colon)));
    const value = colon < 0 ? '' : trimAscii(line.slice(colon + 1));
    if (header === 'content-disposition') {
      name = parameter(value, 'name');
      file = parameter(value, 'filename') ?? parameter(value, 'filename*');
    } else if (header !== '' && !visitor.field(location.header, `part:${header}`, value)) return false;
  }
  if (name === undefined) visitor.check('malformed-multipart', 'name', head.slice(0, 96));
  const field = name ?? '';
  if (!visitor.field(location.bodyName, field, percentDecode(field, false))) return false;
  if (file !== undefined) {
    if (!visitor.field(location.fileName, field, percentDecode(file, false))) return false;
    return content.slice(0, 512).includes('\0') || visitor.field(location.rawBody, field, content);
  }
  return visitor.field(location.body, field, content);
}

/** The boundary of a multipart content type, without its quotes; empty where there is none. */
function boundaryOf(contentType: string): string {
  return (parameter(contentType, 'boundary') ?? '').slice(0, 200);
}

/** One parameter of a header value. */
function parameter(value: string, wanted: string): string | undefined {
  const lower = lowerAscii(value);
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    let equals = at + wanted.length;
    while (value[equals] === ' ') equals++;
    if (value[equals] !== '=' || (at > 0 && !' ;\t,'.includes(value[at - 1] as string))) continue;
    let from = equals + 1;
    while (value[from] === ' ') from++;
    if (value[from] !== '"') {
      let end = from;
      while (end < value.length && value[end] !== ';') end++;
      return trimAscii(value.slice(from, end));
    }
    let to = from + 1;
    let text = '';
    while (to < value.length && value[to] !== '"') {
      if (value[to] === '\\' && to + 1 < value.length) to++;
      text += value[to];
      to++;
    }
    return text;
  }
  return undefined;
}

import { isSpace, lowerAscii } from './bytes.ts';

/** How often encodings may be nested in one another before the rest is read as it stands. */
const maxRounds = 4;

/** Decodes `%XX`, and `+` to a space where `plus`; what is no encoding stays. RFC 3986 section 2.1. */
export function percentDecode(text: string, plus: boolean): string {
  if (plus && text.includes('+')) text = text.replaceAll('+', ' ');
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Takes encodings off until nothing changes, folds look-alike letters to ASCII, and lower-cases. */
export function canonical(text: string): string {
  let value = lowerAscii(text);
  for (let round = 0; round < maxRounds; round++) {
    const before = value;
    if (value.includes('%')) value = percentDeep(value);
    if (value.includes('&')) value = entities(value);
    if (value.includes('\\')) value = escapes(value);
    if (/[\x80-\xff]/.test(value)) value = fold(value);
    if (value === before) break;
    value = lowerAscii(value);
  }
  return value;
}

function percentDeep(text: string): string {
  return text.replace(/%u([0-9a-f]{4})|%([0-9a-f]{2})/g, (_, wide?: string, hex?: string) =>
    wide === undefined
      ? String.fromCharCode(Number.parseInt(hex as string, 16))
      : codePoint(Number.parseInt(wide, 16)),
  );
}

const namedEntities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  colon: ':',
  tab: '\t',
  newline: '\n',
  lpar: '(',
  rpar: ')',
  nbsp: ' ',
  sol: '/',
  bsol: '\\',
  semi: ';',
  equals: '=',
  grave: '`',
  lbrace: '{',
  rbrace: '}',
  lcub: '{',
  rcub: '}',
  lsqb: '[',
  rsqb: ']',
  num: '#',
  excl: '!',
  dollar: '$',
  percnt: '%',
  ast: '*',
  plus: '+',
  comma: ',',
  period: '.',
  hyphen: '-',
  lowbar: '_',
  vert: '|',
  commat: '@',
  quest: '?',
};

/** HTML character references: numeric ones with or without the semicolon, and the named ones that matter here. */
function entities(text: string): string {
  return text.replace(
    /&(?:#x0{0,8}([0-9a-f]{1,6});?|#0{0,8}([0-9]{1,7});?|([a-z]{2,7});)/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return codePoint(Number.parseInt(decimal, 10));
      return namedEntities[name as string] ?? whole;
    },
  );
}

/** JavaScript escapes `\xHH`, `\uHHHH`, `\u{H…}`, and CSS-free octal is left alone. */
function escapes(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{0{0,8}([0-9a-f]{1,6})\})/g,
    (_, two?: string, four?: string, braced?: string) =>
      codePoint(Number.parseInt((two ?? four ?? braced) as string, 16)),
  );
}

/** A code point as the bytes of its UTF-8. */
function codePoint(point: number): string {
  if (point < 0x80) return String.fromCharCode(point);
  if (point < 0x800) return String.fromCharCode(0xc0 | (point >> 6), 0x80 | (point & 63));
  if (point < 0x10000) {
    return String.fromCharCode(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  if (point > 0x10ffff) return '?';
  return String.fromCharCode(
    0xf0 | (point >> 18),
    0x80 | ((point >> 12) & 63),
    0x80 | ((point >> 6) & 63),
    0x80 | (point & 63),
  );
}

/** Folds overlong UTF-8, full-width forms, circled letters and typographic quotes to the ASCII they pass for. */
function fold(text: string): string {
  return text
    .replace(/[\xc0\xc1][\x80-\xbf]/g, (pair) =>
      String.fromCharCode(((pair.charCodeAt(0) & 1) << 6) | (pair.charCodeAt(1) & 63)),
    )
    .replace(/\xe0[\x80\x81][\x80-\xbf]/g, (three) =>
      String.fromCharCode(((three.charCodeAt(1) & 1) << 6) | (three.charCodeAt(2) & 63)),
    )
    .replace(/[\xc2\xe2\xef][\x80-\xbf]{1,2}/g, lookAlike);
}

function lookAlike(bytes: string): string {
  const [a, b] = [bytes.charCodeAt(0), bytes.charCodeAt(1)];
  if (a === 0xc2) return b === 0xa0 ? ` ${bytes.slice(2)}` : bytes;
  if (bytes.length < 3) return bytes;
  const point = ((a & 15) << 12) | ((b & 63) << 6) | (bytes.charCodeAt(2) & 63);
  if (point >= 0xff01 && point <= 0xff5e) return String.fromCharCode(point - 0xfee0);
  if (point >= 0x24b6 && point <= 0x24cf) return String.fromCharCode(point - 0x24b6 + 97);
  if (point >= 0x24d0 && point <= 0x24e9) return String.fromCharCode(point - 0x24d0 + 97);
  if (point >= 0x2460 && point <= 0x2468) return String.fromCharCode(point - 0x2460 + 49);
  if (point === 0x2018 || point === 0x2019 || point === 0x2032) return "'";
  if (point === 0xfeff || point === 0x200b) return '';
  return bytes;
}

/** White space runs to one space, short comments and NUL out: what the text signatures read. */
export function squeeze(text: string): string {
  let value = text;
  if (value.includes('/*')) value = value.replace(/\/\*[^/*]{0,64}\*\//g, '');
  if (value.includes('\0')) value = value.replaceAll('\0', '');
  return /[\t-\r]| {2}/.test(value) ? value.replace(/[\t-\r ]+/g, ' ') : value;
}

const base64Values = new Int8Array(128).fill(-1);
for (const [at, letter] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries()) {
  base64Values[letter.charCodeAt(0)] = at;
}
base64Values[0x2d] = 62;
base64Values[0x5f] = 63;
// A plus sign that form decoding has made a space.
base64Values[0x20] = 62;

/**
 * The text that a base64 value hides, at whichever of the four alignments it reads as printable
 * ASCII or NUL; `undefined` where it hides none. RFC 4648 sections 4 and 5.
 */
export function base64Text(value: string): string | undefined {
  let end = value.length;
  while (end > 0 && value.charCodeAt(end - 1) === 0x3d) end--;
  if (end < 12 || value.length - end > 2 || end > 16384) return undefined;
  for (let at = 0; at < end; at++) {
    if ((base64Values[value.charCodeAt(at)] ?? -1) < 0) return undefined;
  }
  for (let skipped = 0; skipped < 4; skipped++) {
    const text = base64From(value, end, skipped);
    if (text !== undefined) return text;
  }
  return undefined;
}

function base64From(value: string, end: number, pad: number): string | undefined {
  // `pad` letters are missing in front: their bits read as zero, and the byte they share is dropped.
  let text = '';
  let bits = (pad * 6) % 8;
  let held = 0;
  let skip = pad === 0 ? 0 : 1;
  for (let at = 0; at < end; at++) {
    held = ((held << 6) | (base64Values[value.charCodeAt(at)] as number)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (held >> bits) & 0xff;
    if (skip > 0) {
      skip--;
      continue;
    }
    if (byte < 0x20 ? !isSpace(byte) && byte !== 0 : byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Unescapes the inside of a JSON string to UTF-8 bytes; bad escapes stay as they are. RFC 8259 section 7. */
export function jsonUnescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (whole, hex?: string, letter?: string) => {
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
    switch (letter) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case '"':
      case '/':
      case '\\':
        return letter;
      default:
        return whole;
    }
  });
}

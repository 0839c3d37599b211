// Values are Latin-1 strings, one character a byte: both back ends read the same bytes.
// Past the end charCodeAt gives NaN, for which every class is false.

export const isSpace = (code: number): boolean => code === 0x20 || (code >= 9 && code <= 13);
export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
export const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a;
export const isAlpha = (code: number): boolean => isLower(code | 0x20) && code < 0x80;
export const isHex = (code: number): boolean =>
  isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
export const isWordChar = (code: number): boolean =>
  isDigit(code) || isAlpha(code) || code === 0x5f || code === 0x24 || code >= 0x80;

/** Lower-cases ASCII alone: other bytes may be halves of a character. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase()) : text;
}

/** Takes ASCII white space off both ends. */
export function trimAscii(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

const values = new Int8Array(128).fill(-1);
for (const [value, char] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries()) {
  values[char.charCodeAt(0)] = value;
}

/**
 * Decodes `text[from..to]` as base64url without padding (RFC 4648 section 5); `undefined` for any other
 * character and for a last one with bits that decode to nothing, of which Node's own decoder takes no note.
 */
export function decodeBase64Url(text: string, from: number, to: number): Buffer | undefined {
  const length = to - from;
  if (length % 4 === 1) return undefined;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || values[code]! < 0) return undefined;
  }
  const spareBits = length % 4 === 2 ? 0b1111 : length % 4 === 3 ? 0b11 : 0;
  if (spareBits && values[text.charCodeAt(to - 1)]! & spareBits) return undefined;
  return Buffer.from(text.slice(from, to), 'base64url');
}

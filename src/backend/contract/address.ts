// Reading of addresses, for lists and lookups. Accepts what Rust's
// `IpAddr::from_str` accepts: dotted decimal without leading zeros (RFC 6943 section 3.1.1 warns of
// other readings), and RFC 4291 section 2.2 text for IPv6, without a zone.

/** IPv4 in `text[from..to]` as a number, or -1. */
export function parseV4(text: string, from: number, to: number): number {
  let address = 0;
  let at = from;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(at++) !== 0x2e) return -1;
    const first = at;
    let value = 0;
    while (at < to && at - first < 4) {
      const digit = text.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
    }
    const digits = at - first;
    if (digits === 0 || digits > 3 || value > 255) return -1;
    if (digits > 1 && text.charCodeAt(first) === 0x30) return -1;
    address = address * 256 + value;
  }
  return at === to ? address : -1;
}

const COLON = 0x3a;
const groups = new Uint16Array(8);
const NOT_HEX = 255;
/** Values of hexadecimal digits by ASCII code. */
const hexValues = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return value < 0 ? NOT_HEX : value;
});

/** IPv6 in `text[from..to]` as four words in `out`; whether it is one. */
export function parseV6(text: string, from: number, to: number, out: Uint32Array): boolean {
  let count = 0;
  let gap = -1;
  let at = from;
  let first = from;
  let value = 0;
  if (to - from >= 2 && text.charCodeAt(from) === COLON && text.charCodeAt(from + 1) === COLON) {
    gap = 0;
    at = first = from + 2;
  }
  for (; at < to; at++) {
    const c = text.charCodeAt(at);
    const digit = c < 128 ? hexValues[c]! : NOT_HEX;
    if (digit !== NOT_HEX) {
      if (at - first === 4) return false;
      value = value * 16 + digit;
      continue;
    }
    if (c !== COLON) break;
    if (at === first || at + 1 === to || count === 8) return false;
    groups[count++] = value;
    value = 0;
    if (text.charCodeAt(at + 1) === COLON) {
      if (gap >= 0) return false;
      gap = count;
      at++;
    }
    first = at + 1;
  }
  if (at < to) {
    // Not hexadecimal: the last 32 bits in dotted decimal, or no address.
    const v4 = parseV4(text, first, to);
    if (v4 < 0 || count > 6) return false;
    groups[count++] = v4 >>> 16;
    groups[count++] = v4 & 0xffff;
  } else if (first < to) {
    if (count === 8) return false;
    groups[count++] = value;
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  spread(count, gap < 0 ? count : gap, out);
  return true;
}

/** Puts zeros in the gap and joins groups to words. */
function spread(count: number, gap: number, out: Uint32Array): void {
  const zeros = 8 - count;
  for (let i = count - 1; i >= gap; i--) groups[i + zeros] = groups[i]!;
  for (let i = gap; i < gap + zeros; i++) groups[i] = 0;
  for (let word = 0; word < 4; word++) out[word] = groups[2 * word]! * 0x1_0000 + groups[2 * word + 1]!;
}

/** Whether four words are an IPv4-mapped address, `::ffff:0:0/96`. */
export const isMapped = (words: Uint32Array): boolean =>
  words[0] === 0 && words[1] === 0 && words[2] === 0xffff;

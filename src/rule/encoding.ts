/** The bytes of a value on their way through the encoding modifiers (`wide`, `base64`, …). */

const bom = Buffer.from([0xff, 0xfe]);

export function utf16le(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}

export function utf16be(text: string): Buffer {
  return utf16le(text).swap16();
}

/** `utf16`: little-endian behind a byte order mark. */
export function utf16(text: string): Buffer {
  return Buffer.concat([bom, utf16le(text)]);
}

export function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

/** `base64offset`: the part that stays the same at each of the three possible positions of the value. */
export function base64Offsets(bytes: Buffer): string[] {
  const skipStart = [0, 2, 3];
  const skipEnd = [0, 3, 2];
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, 0x20), bytes]).toString('base64');
    const end = skipEnd[(bytes.length + offset) % 3] as number;
    return encoded.slice(skipStart[offset], end === 0 ? undefined : -end);
  });
}

const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];
/** More than this many dashes in one value would make over 15,000 spellings. */
export const maxDashes = 6;

/** `windash`: every spelling of a value in which the dash before a flag is any of Windows' five. */
export function windashSpellings(text: string): string[] | undefined {
  const parts = text.split(/\B[-/\u2013\u2014\u2015]\b/);
  if (parts.length - 1 > maxDashes) return undefined;
  let spellings = [parts[0] as string];
  for (const part of parts.slice(1)) {
    spellings = spellings.flatMap((spelling) => dashes.map((dash) => spelling + dash + part));
  }
  return spellings;
}

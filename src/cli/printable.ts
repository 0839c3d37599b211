/** Control characters, and those that turn the direction of text. */
const hidden = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text of others, such as of a log, as it may be shown on a terminal: what would move the cursor, set a title or hide
 * the text is spelt out.
 */
export const printable = (text: string): string =>
  text.replace(hidden, (sign) => {
    const code = (sign.codePointAt(0) as number).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });

const longS = 0x17f;

/**
 * Lower-cases each character whose lower case is one character; the long s counts as s, as it does in the
 * folding of regular expressions. The same as `fold` in the core.
 */
export function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  let folded = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code === longS) folded += 's';
    else {
      const lower = character.toLowerCase();
      const first = lower.codePointAt(0) as number;
      folded += lower.length === (first > 0xffff ? 2 : 1) ? lower : character;
    }
  }
  return folded;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/**
 * Parses a JSON object that names each of its members once (RFC 7519 section 4, RFC 7515 section 4);
 * `undefined` for anything else. Two readers of a token must not see two values of one claim.
 */
export function parseUniqueObject(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  // JSON.parse keeps the last of members that share a name, so the text then has more of them.
  const kept = Object.keys(value).length;
  return kept === countMembers(text) ? (value as Record<string, unknown>) : undefined;
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** Members of the outermost object in valid JSON: the colons at depth one outside strings. */
function countMembers(text: string): number {
  let depth = 0;
  let members = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      i = endOfString(text, i);
    } else if (code === colon) {
      if (depth === 1) members++;
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return members;
}

/** Index of the quote that closes the string opened at `from`. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

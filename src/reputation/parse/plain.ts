import type { FeedEntry } from './entry.ts';

/** Addresses that a hosts file sends names to, or names for the machine's own use: nobody else has them. */
const ownAddress =
  /^(?:0\.0\.0\.0|127(?:\.\d{1,3}){3}|255\.255\.255\.255|::1?|fe80:[\da-f:]*(?:%\S+)?|ff0[\da-f]:[\da-f:]*)$/i;
/** Names that it gives the machine itself. */
const ownName = /^(?:[^.]*|localhost\.localdomain|[\d.]+)$/i;

/**
 * One indicator a line, then optionally blanks or a comma and a category; `#`, `;` and `//` begin comments. Of a line of
 * a hosts file the names.
 */
export function* parsePlain(text: string): Generator<FeedEntry> {
  for (let start = text.charCodeAt(0) === 0xfeff ? 1 : 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    yield* lineEntries(text.slice(start, end).trim());
    start = end + 1;
  }
}

function lineEntries(line: string): FeedEntry[] {
  if (line === '' || line.startsWith('#') || line.startsWith(';') || line.startsWith('//')) return [];
  const gap = line.search(/[\s,#;]/);
  if (gap === -1) return [{ text: line }];
  const text = line.slice(0, gap);
  const rest = line
    .slice(gap)
    .replace(/^[\s,]+/, '')
    .replace(/[#;].*$/, '')
    .trim();
  // A hosts file: the address is where names are sent to, the names are the indicators.
  if (rest !== '' && /\s/.test(line[gap] as string) && ownAddress.test(text)) {
    const names = rest.split(/\s+/).filter((name) => !ownName.test(name));
    return names.map((name) => ({ text: name }));
  }
  return [rest === '' ? { text } : { text, category: rest }];
}

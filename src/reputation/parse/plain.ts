import type { FeedEntry } from './entry.ts';

/** One indicator a line, then optionally blanks or a comma and a category; `#`, `;` and `//` begin comments. */
export function* parsePlain(text: string): Generator<FeedEntry> {
  for (let start = text.charCodeAt(0) === 0xfeff ? 1 : 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    const entry = lineEntry(text.slice(start, end).trim());
    if (entry) yield entry;
    start = end + 1;
  }
}

function lineEntry(line: string): FeedEntry | undefined {
  if (line === '' || line.startsWith('#') || line.startsWith(';') || line.startsWith('//')) return undefined;
  const gap = line.search(/[\s,#;]/);
  if (gap === -1) return { text: line };
  const text = line.slice(0, gap);
  const rest = line
    .slice(gap)
    .replace(/^[\s,]+/, '')
    .replace(/[#;].*$/, '')
    .trim();
  // A hosts file: the address is where the name is sent to, the name is the indicator.
  if ((text === '0.0.0.0' || text === '127.0.0.1') && rest.includes('.'))
    return { text: rest.split(/\s/, 1)[0] as string };
  return rest === '' ? { text } : { text, category: rest };
}

import { WolfsecError } from '../../errors.ts';
import type { CsvColumns, FeedEntry } from './entry.ts';

/** Rows of RFC 4180 text, with blanks beside quotes as many write them; lines that begin with `#` are comments. */
function* csvRows(text: string, delimiter: string): Generator<string[]> {
  let row: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    if (row.length === 0 && text[at] === '#') {
      const feed = text.indexOf('\n', at);
      at = feed === -1 ? text.length : feed + 1;
      continue;
    }
    const quote = afterBlanks(text, at, delimiter);
    const [field, end] = text[quote] === '"' ? quotedField(text, quote) : bareField(text, at, delimiter);
    row.push(field);
    at = afterBlanks(text, end, delimiter);
    if (text[at] === delimiter) {
      at++;
      if (at < text.length) continue;
      row.push('');
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (row.length > 1 || row[0] !== '') yield row;
    row = [];
  }
}

function afterBlanks(text: string, from: number, delimiter: string): number {
  let at = from;
  while ((text[at] === ' ' || text[at] === '\t') && text[at] !== delimiter) at++;
  return at;
}

function bareField(text: string, from: number, delimiter: string): [string, number] {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
  return [text.slice(from, at).trim(), at];
}

function quotedField(text: string, from: number): [string, number] {
  let field = '';
  let at = from + 1;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return [field + text.slice(at), text.length];
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') return [field, quote + 1];
    field += '"';
    at = quote + 2;
  }
  return [field, at];
}

export function* parseCsv(text: string, columns: CsvColumns): Generator<FeedEntry> {
  const { delimiter = ',', ...wanted } = columns;
  const named = Object.values(wanted).some((column) => typeof column === 'string');
  let header: string[] | undefined;
  for (const row of csvRows(text, delimiter)) {
    if (named && !header) {
      header = row;
      checkHeader(header, wanted);
      continue;
    }
    const cell = (column: string | number | undefined) => {
      if (column === undefined) return undefined;
      const value = row[typeof column === 'number' ? column : (header?.indexOf(column) ?? -1)];
      return value === '' ? undefined : value;
    };
    const indicator = cell(columns.indicator);
    if (indicator === undefined) continue;
    const category = cell(columns.category);
    const score = numberOf(cell(columns.score));
    const confidence = numberOf(cell(columns.confidence));
    yield {
      text: indicator,
      ...(category === undefined ? {} : { category }),
      ...(score === undefined ? {} : { score }),
      // Feeds give per cent as often as a share.
      ...(confidence === undefined ? {} : { confidence: confidence > 1 ? confidence / 100 : confidence }),
    };
  }
}

function numberOf(text: string | undefined): number | undefined {
  const number = Number(text);
  return text === undefined || !Number.isFinite(number) ? undefined : number;
}

function checkHeader(header: readonly string[], wanted: object): void {
  for (const column of Object.values(wanted)) {
    if (typeof column !== 'string' || header.includes(column)) continue;
    throw new WolfsecError(
      'WOLFSEC_FEED_INVALID',
      `there is no column ${JSON.stringify(column)}; the header has ${header.slice(0, 20).join(', ')}`,
    );
  }
}

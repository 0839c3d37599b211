import type { TextEvent } from './text-event.ts';

/** Values that are numbers; all others stay text. */
const counts = new Set([
  'sc-status',
  'sc-substatus',
  'sc-bytes',
  'cs-bytes',
  's-port',
  'c-port',
  'time-taken',
]);

/**
 * Makes a reader of one source in the W3C extended log format (WD-logfile-960323), as IIS, CloudFront and proxies
 * write it: `#Fields` names the columns of the lines that follow. It gives `'header'` for directives.
 *
 * The columns are Sigma's names of category webserver; `cs(User-Agent)` and its like become `cs-user-agent`, as Sigma
 * has them. `cs-uri` and `@timestamp` are put together where their parts are there.
 */
export function w3cReader(): (line: string) => TextEvent | 'header' | undefined {
  let columns: readonly string[] = [];
  let day: string | undefined;
  return (text) => {
    const line = text.trimEnd();
    if (line.startsWith('#')) {
      const [, name, value] = directive.exec(line) ?? [];
      if (name === 'Fields') columns = (value as string).split(/\s+/).map(column);
      if (name === 'Date') day = /^\d{4}-\d\d-\d\d/.exec(value as string)?.[0];
      return name === undefined ? undefined : 'header';
    }
    const tabs = line.includes('\t');
    const values = tabs ? line.split('\t') : words(line);
    if (columns.length < 2 || values.length !== columns.length) return undefined;
    return completed(columns, values, tabs, day);
  };
}

const directive = /^#(Version|Fields|Software|Start-Date|End-Date|Date|Remark):\s*(.*)$/;

/** `cs(User-Agent)` is a header of the request, `sc(…)` one of the response. */
function column(name: string): string {
  const [, side, header] = /^([a-z]{1,2})\(([^)]+)\)$/.exec(name) ?? [];
  return side === undefined ? name : `${side}-${(header as string).toLowerCase()}`;
}

/** Between spaces; a value in quotes may hold some, and quotes in twos. */
function words(line: string): string[] {
  return [...line.matchAll(/"((?:[^"]|"")*)"(?= |$)|[^ ]+/g)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replaceAll('""', '"'),
  );
}

/** @param day Of the directive `Date`: where the columns have none. */
function completed(
  columns: readonly string[],
  values: readonly string[],
  tabs: boolean,
  day: string | undefined,
): TextEvent {
  // Columns come from the source: `__proto__` must be one of them.
  const event: TextEvent = Object.create(null) as TextEvent;
  columns.forEach((name, i) => {
    const value = values[i] as string;
    if (value === '-' || value === '') return;
    event[name] = counts.has(name) && /^\d{1,15}$/.test(value) ? Number(value) : value;
  });
  const agent = event['cs-user-agent'];
  if (typeof agent === 'string') event['cs-user-agent'] = tabs ? unescaped(agent) : spaced(agent);
  const [stem, query] = [event['cs-uri-stem'], event['cs-uri-query']];
  if (stem !== undefined) event['cs-uri'] ??= query === undefined ? stem : `${stem}?${query}`;
  const timestamp = new Date(`${event.date ?? day}T${event.time}Z`);
  if (!Number.isNaN(timestamp.getTime())) event['@timestamp'] ??= timestamp.toISOString();
  return event;
}

/** IIS writes a space as a plus sign. Where a value came in quotes, its spaces are spaces, and plus signs what they are. */
const spaced = (text: string) => (text.includes(' ') ? text : text.replaceAll('+', ' '));

/** CloudFront escapes spaces and other characters, as URLs do. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

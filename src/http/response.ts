import { PatternSet, Redactor } from '../match/index.ts';

/** What a response may give away. */
export type LeakKind = 'stack-trace' | 'sql-error' | 'directory-listing' | 'source-code' | 'secret';

/** Something in an answer that should not leave. */
export interface Leak {
  readonly kind: LeakKind;
  /** The pattern or the kind of secret. */
  readonly what: string;
}

const patterns: Record<Exclude<LeakKind, 'secret'>, readonly string[]> = {
  'stack-trace': [
    '\\n\\s{2,8}at (?:async )?[\\w$.<> \\[\\]]{1,80} \\(?(?:file://|node:|/|[A-Z]:\\\\)[^\\s)]{1,200}:\\d{1,6}:\\d{1,6}',
    'Traceback \\(most recent call last\\):',
    '\\n\\s{0,8}File "[^"\\n]{1,200}", line \\d{1,6}, in ',
    '\\bat [a-zA-Z_$][\\w$]{0,60}(?:\\.[\\w$<>]{1,60}){1,12}\\([\\w$]{1,60}\\.(?:java|kt|scala):\\d{1,6}\\)',
    'PHP (?:Fatal|Parse) error:|<b>(?:Fatal error|Warning|Notice)</b>: .{1,200} on line <b>',
    'goroutine \\d{1,9} \\[running\\]:',
    "\\b[\\w/.-]{1,120}\\.rb:\\d{1,6}:in [`']",
    'System\\.[A-Za-z.]{1,80}Exception: .{1,200}\\n\\s{1,8}at ',
  ],
  'sql-error': [
    'You have an error in your SQL syntax|MySQL server version for the right syntax|mysql_fetch_|\\bSQLSTATE\\[\\w{5}\\]',
    'ERROR: {1,2}(?:syntax error at or near|relation "[^"]{1,80}" does not exist|column "[^"]{1,80}" does not exist)|PG::[A-Z]\\w{3,40}Error',
    '\\bORA-\\d{5}\\b: ?',
    'Unclosed quotation mark (?:after|before) the character string|Microsoft OLE DB Provider for|\\[ODBC [^\\]]{1,40}Driver\\]',
    'SQLITE_ERROR|SQLite3?::(?:SQL)?Exception|near "[^"]{1,60}": syntax error',
    'com\\.mysql\\.jdbc|org\\.postgresql\\.util\\.PSQLException|java\\.sql\\.SQL\\w{0,30}Exception',
  ],
  'directory-listing': ['<title>Index of /', '<h1>Directory listing for /', '\\[To Parent Directory\\]</A>'],
  'source-code': ['<\\?php\\s', '<%@ ?(?:Page|page|Language)'],
};

const kinds = Object.entries(patterns).flatMap(([kind, list]) =>
  list.map((regex, index) => ({ id: `${kind}#${index}`, regex })),
);

/** Settings of {@link ResponseInspector}. */
export interface ResponseInspectorOptions {
  /** Characters of a response that are read. Default 256 KiB. */
  readonly maxLength?: number;
  /** Finds secrets and card numbers. Default: all kinds of `redact`. */
  readonly redactor?: Redactor;
}

/** Looks for what a response gives away: traces, database errors, listings, secrets, card numbers. */
export class ResponseInspector {
  readonly #set = new PatternSet(kinds);
  readonly #redactor: Redactor;
  readonly #maxLength: number;

  /** Default: the first 256 KiB of a response, all kinds of secrets. */
  constructor(options: ResponseInspectorOptions = {}) {
    this.#redactor = options.redactor ?? new Redactor();
    this.#maxLength = options.maxLength ?? 262_144;
  }

  /** What the text gives away, each pattern and kind of secret once. Linear in the length. */
  inspect(text: string): Leak[] {
    const read = text.length > this.#maxLength ? text.slice(0, this.#maxLength) : text;
    const leaks: Leak[] = [...this.#set.matchedIds(read)].map((id) => {
      const [kind, index] = String(id).split('#') as [Exclude<LeakKind, 'secret'>, string];
      return { kind, what: `${kind} ${Number(index) + 1}` };
    });
    for (const kind of new Set(this.#redactor.find(read).map((secret) => secret.kind))) {
      leaks.push({ kind: 'secret', what: kind });
    }
    return leaks;
  }

  /** The text with its secrets replaced. */
  redact(text: string): string {
    return this.#redactor.redact(text);
  }
}

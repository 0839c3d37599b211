/** What a response may give away. */
export type LeakKind = 'stack-trace' | 'sql-error' | 'directory-listing' | 'source-code' | 'secret';

/** All kinds of leaks, in the order in which one of them names an answer that has several. */
export const leakKinds: readonly LeakKind[] = [
  'secret',
  'source-code',
  'sql-error',
  'stack-trace',
  'directory-listing',
];

// Text as a page or as a JSON string spells it: line ends, indentation and quotes have three forms.
const newline = '(?:\\r?\\n|(?:\\\\r)?\\\\n|<br ?/?>)';
const indent = '(?:[ \\t]|&nbsp;|\\\\t){1,16}';
const quote = '(?:\\\\?["\'`]|&quot;|&#34;|&#39;)';
/** To the end of the line, or of the string or the element that holds it. */
const rest = '[^"\\n<\\\\]{0,300}';

/**
 * How each kind shows, by the platform that writes it: expressions of the linear-time subset. Where
 * `redact` shall take a leak out, a match covers it to its end.
 */
export const leakPatterns: Readonly<
  Record<Exclude<LeakKind, 'secret'>, Readonly<Record<string, readonly string[]>>>
> = {
  'stack-trace': {
    node: [
      `${newline}${indent}at (?:async )?(?:[\\w$.&;<> \\[\\]#]{1,100} \\()?(?:file://|node:|/|[A-Za-z]:[\\\\/])[^\\s"<>)]{1,250}:\\d{1,6}:\\d{1,6}\\)?`,
    ],
    python: [
      `Traceback \\(most recent call last\\):`,
      `${newline}${indent}File ${quote}[^"\\n\\\\&]{1,200}${quote}, line \\d{1,6}, in [^"\\n\\\\<]{1,80}(?:${newline}${indent}${rest})?`,
    ],
    java: [
      '\\bat [a-zA-Z_$][\\w$]{0,60}(?:\\.[\\w$<>]{1,60}){1,12}\\([\\w$]{1,60}\\.(?:java|kt|scala):\\d{1,6}\\)',
    ],
    php: [
      `PHP (?:Fatal|Parse) error:${rest}`,
      '<b>(?:Fatal error|Parse error|Warning|Notice)</b>: .{1,300} on line <b>\\d{1,6}</b>',
    ],
    go: [
      'goroutine \\d{1,9} \\[running\\]:',
      `${newline}${indent}/[^\\s"<]{1,250}\\.go:\\d{1,6} \\+0x[0-9a-f]{1,8}`,
    ],
    ruby: ["\\b[\\w/.-]{1,120}\\.rb:\\d{1,6}:in [`'][^`'\"\\n<\\\\]{1,100}'?"],
    dotnet: [
      `System\\.[A-Za-z.]{1,80}Exception: [^"\\n<\\\\]{1,200}${newline}${indent}at `,
      '\\bat [\\w.<>$+`]{1,200}\\([^)"\\n]{0,200}\\) in [^"\\n<]{1,250}:line \\d{1,6}',
    ],
  },
  'sql-error': {
    mysql: [
      `You have an error in your SQL syntax${rest}`,
      `MySQL server version for the right syntax${rest}`,
      'mysql_fetch_\\w{1,20}',
      'ER_(?:PARSE_ERROR|NO_SUCH_TABLE|BAD_FIELD_ERROR|DUP_ENTRY)',
      `Unknown column ${quote}[^'"\\n\\\\]{1,80}${quote} in ${quote}(?:field list|where clause|order clause)${quote}`,
    ],
    postgresql: [
      `syntax error at or near ${quote}[^"\\n\\\\<&]{1,80}${quote}`,
      `\\b(?:relation|column) ${quote}?[\\w.$]{1,80}${quote}? does not exist`,
      `duplicate key value violates unique constraint ${quote}[\\w.$]{1,80}${quote}`,
      'PG::[A-Z]\\w{3,40}Error|org\\.postgresql\\.util\\.PSQLException',
    ],
    oracle: [`\\bORA-\\d{5}\\b:${rest}`],
    'sql-server': [
      `Unclosed quotation mark (?:after|before) the character string${rest}`,
      `Microsoft OLE DB Provider for${rest}`,
      `\\[ODBC [^\\]]{1,40}Driver\\]${rest}`,
    ],
    sqlite: [
      'SQLITE_(?:ERROR|CONSTRAINT|BUSY|CORRUPT)|SQLite3?::(?:SQL)?Exception',
      `near ${quote}[^"\\n\\\\<&]{1,60}${quote}: syntax error`,
      `no such (?:table|column): [\\w.$]{1,80}`,
    ],
    driver: [
      '\\bSQLSTATE\\[\\w{5}\\]',
      'com\\.mysql\\.(?:cj\\.)?jdbc[\\w.]{0,80}|java\\.sql\\.SQL\\w{0,30}Exception',
      '(?:Sequelize(?:Database|UniqueConstraint)|PrismaClient(?:KnownRequest|UnknownRequest|Validation)|QueryFailed)Error',
    ],
  },
  'directory-listing': {
    apache: ['<title>Index of /'],
    python: ['<h1>Directory listing for /'],
    iis: ['\\[To Parent Directory\\]</A>'],
  },
  'source-code': { php: ['<\\?php\\s'], asp: ['<%@ ?(?:Page|page|Language)'] },
};

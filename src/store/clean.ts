/** Text as both databases can hold it: PostgreSQL refuses NUL, so it becomes U+FFFD. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

/**
 * What an index can hold: an entry of PostgreSQL's takes 2,704 bytes at most. One text beyond that, out of a log that
 * anybody may write to, would fail the batch that it is in for ever.
 */
const maxIndexed = 512;

/** Text for a column that an index holds, cut where it is long. What asks by it is cut alike. */
export function indexed(text: string): string {
  return storable(text.length > maxIndexed ? text.slice(0, maxIndexed) : text);
}

/** The same, in SQL. */
export const indexedSql = (value: string): string => `substr(${value}, 1, ${maxIndexed})`;

/** {@link storable} for a value that may be absent. */
export function storableOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}

/** Text as both databases can hold it: PostgreSQL refuses NUL, so it becomes U+FFFD. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

/** The same for a value that may be absent. */
export function storableOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}

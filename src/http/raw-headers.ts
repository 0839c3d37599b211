/** The first header of a name among names and values in turn. */
export function header(rawHeaders: readonly string[], name: string): string | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if ((rawHeaders[at] as string).toLowerCase() === name) return rawHeaders[at + 1];
  }
  return undefined;
}

/** A header that is a list, of all lines that have its name (RFC 9110 section 5.3): a proxy may add a line of its own. */
export function listHeader(rawHeaders: readonly string[], name: string): string | undefined {
  let list: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if ((rawHeaders[at] as string).toLowerCase() !== name) continue;
    list = list === undefined ? rawHeaders[at + 1] : `${list}, ${rawHeaders[at + 1]}`;
  }
  return list;
}

import type { ServerResponse } from 'node:http';

/** What `writeHead` is called with: status, perhaps its phrase, perhaps headers. */
export type HeadArguments = readonly unknown[];

/** Does what `writeHead` would, but for sending: what it is given can then still be changed. */
export function applyHead(response: ServerResponse, head: HeadArguments): void {
  response.statusCode = head[0] as number;
  if (typeof head[1] === 'string') response.statusMessage = head[1];
  const headers = headPairs(head);
  // A list replaces what was set before, and may name a header more than once.
  if (headers.list) for (const [name] of headers.pairs) response.removeHeader(name);
  for (const [name, value] of headers.pairs) {
    if (headers.list) response.appendHeader(name, value as string);
    else response.setHeader(name, value as string);
  }
}

/** A header as it will be sent: of those given to `writeHead` or those set before. */
export function headerOf(
  response: ServerResponse,
  head: HeadArguments | undefined,
  name: string,
): string | undefined {
  const given = head && headPairs(head).pairs.find(([one]) => one.toLowerCase() === name)?.[1];
  const value = given ?? response.getHeader(name);
  return value === undefined ? undefined : String(value);
}

function headPairs(head: HeadArguments): { list: boolean; pairs: [string, unknown][] } {
  const headers = typeof head[1] === 'string' ? head[2] : (head[1] ?? head[2]);
  if (headers === undefined || headers === null) return { list: false, pairs: [] };
  if (!Array.isArray(headers)) return { list: false, pairs: Object.entries(headers) };
  if (Array.isArray(headers[0])) return { list: true, pairs: headers as [string, unknown][] };
  const pairs: [string, unknown][] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([String(headers[at]), headers[at + 1]]);
  return { list: true, pairs };
}

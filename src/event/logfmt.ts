import { completeAudit, isAuditLine, openedAudit } from './audit.ts';
import type { TextEvent } from './text-event.ts';

const pair = /([^\s="]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?/gy;

/**
 * Reads `key=value` pairs; a value in quotes may hold spaces and escapes, a bare key counts as true. Records of auditd's
 * log are read as what they mean.
 */
export function readLogfmtLine(text: string): TextEvent | undefined {
  if (!isAuditLine(text)) return readPairs(text);
  const plain = new Set<string>();
  const event = readPairs(openedAudit(text), plain);
  if (event) completeAudit(event, text, plain);
  return event;
}

function readPairs(text: string, plainKeys?: Set<string>): TextEvent | undefined {
  // Keys come from the line: `__proto__` must be one of them.
  const event: TextEvent = Object.create(null) as TextEvent;
  let pairs = 0;
  let bare = 0;
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ' || text[at] === '\t' || text[at] === '\r') {
      at++;
      continue;
    }
    pair.lastIndex = at;
    const found = pair.exec(text);
    if (!found) return undefined;
    const [whole, key, quoted, plain] = found as unknown as [
      string,
      string,
      string | undefined,
      string | undefined,
    ];
    at += whole.length;
    if (quoted === undefined && plain === undefined) bare++;
    else pairs++;
    if (plain !== undefined) plainKeys?.add(key);
    event[key] = quoted === undefined ? (plain ?? 'true') : unescaped(quoted);
  }
  return pairs > 0 && pairs >= bare ? event : undefined;
}

function unescaped(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\(.)/g, (_, code: string) => (code === 'n' ? '\n' : code === 't' ? '\t' : code))
    : text;
}

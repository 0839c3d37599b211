import { isUtf8 } from 'node:buffer';
import { type EventFault, eventFault, maxEventBytes, maxEventDepth } from '../../contract/rule.ts';

/** The event in a line of JSON, or why there is none. */
export function parseEvent(line: Buffer): object | EventFault {
  if (line.length > maxEventBytes) return eventFault.tooLong;
  if (!isUtf8(line)) return eventFault.encoding;
  const text = line.toString('utf8');
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return eventFault.syntax;
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return eventFault.notAnObject;
  return isTooDeep(text) ? eventFault.tooDeep : event;
}

/** Whether well-formed JSON nests deeper than events may. */
function isTooDeep(text: string): boolean {
  let openings = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x7b || code === 0x5b) openings++;
  }
  if (openings <= maxEventDepth) return false;
  let [depth, inString] = [0, false];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      if (++depth > maxEventDepth) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
}

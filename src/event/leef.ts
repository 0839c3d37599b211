import { deviceTime } from './device-time.ts';
import type { TextEvent } from './text-event.ts';

const header = /LEEF:([12])\.0\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|/y;
/** What stands between attributes, by 2.0: a character, or its number in hexadecimal, or nothing. */
const delimiter = /^([^|]|0?x[0-9A-Fa-f]{1,4})?\|/;

/**
 * Reads IBM's Log Event Extended Format 1.0 and 2.0, bare or behind a syslog header. Its attributes keep their names
 * (`src`, `usrName`, `sev`); 2.0 may name what stands between them, else it is a tab.
 */
export function readLeefLine(text: string): TextEvent | undefined {
  const start = text.indexOf('LEEF:');
  if (start < 0 || start > 256) return undefined;
  header.lastIndex = start;
  const found = header.exec(text);
  if (!found) return undefined;
  const [whole, format, vendor, product, version, id] = found as unknown as string[];
  let attributes = text.slice(start + (whole as string).length);
  const named = format === '2' ? delimiter.exec(attributes) : null;
  if (named) attributes = attributes.slice(named[0].length);
  // Keys come from the line: `__proto__` must be one of them.
  const event: TextEvent = Object.assign(Object.create(null) as TextEvent, {
    'observer.vendor': vendor,
    'observer.product': product,
    'observer.version': version,
    'event.code': id,
  });
  for (const pair of attributes.split(between(named?.[1], attributes))) {
    const equals = pair.indexOf('=');
    if (equals > 0) event[pair.slice(0, equals).trim()] = pair.slice(equals + 1).trim();
  }
  if (event.sev !== undefined) event.severity ??= event.sev;
  const timestamp = deviceTime(event.devTime);
  if (timestamp !== undefined) event['@timestamp'] ??= timestamp;
  return event;
}

function between(named: string | undefined, attributes: string): string {
  if (named === undefined) {
    // rsyslog writes a tab so on its way, unless told not to.
    return !attributes.includes('\t') && attributes.includes('#011') ? '#011' : '\t';
  }
  return named.length === 1 ? named : String.fromCharCode(Number.parseInt(named.replace(/^0?x/, ''), 16));
}

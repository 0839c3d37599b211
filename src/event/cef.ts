import { deviceTime } from './device-time.ts';
import type { TextEvent } from './text-event.ts';

const lineEnds: Readonly<Record<string, string>> = { n: '\n', r: '\r' };

/** Reads ArcSight's Common Event Format, bare or behind a syslog header. */
export function readCefLine(text: string): TextEvent | undefined {
  const start = text.indexOf('CEF:');
  if (start < 0 || start > 256) return undefined;
  const header: string[] = [];
  let field = '';
  let i = start + 4;
  for (; i < text.length && header.length < 7; i++) {
    const character = text[i] as string;
    if (character === '\\') field += text[++i] ?? '';
    else if (character === '|') {
      header.push(field);
      field = '';
    } else field += character;
  }
  if (header.length < 7) return undefined;
  const [, vendor, product, version, id, name, severity] = header as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  // Keys come from the line: `__proto__` must be one of them.
  const event: TextEvent = Object.assign(Object.create(null) as TextEvent, {
    'observer.vendor': vendor,
    'observer.product': product,
    'observer.version': version,
    'event.code': id,
    name,
    severity,
  });
  // A key is what stands right before an equals sign; a value runs up to the next key.
  const extension = text.slice(i);
  const keys = [...extension.matchAll(/(?:^|\s)([A-Za-z0-9_.[\]-]{1,64})=/g)];
  keys.forEach((key, index) => {
    const from = key.index + key[0].length;
    const value = extension.slice(from, keys[index + 1]?.index);
    // In one pass: behind an escaped backslash an `n` is a letter, as in `C:\\notes`.
    event[key[1] as string] = value
      .trim()
      .replace(/\\([=\\nr])/g, (_, code: string) => lineEnds[code] ?? code);
  });
  const timestamp = [event.rt, event.end, event.start].map(deviceTime).find((time) => time !== undefined);
  if (timestamp !== undefined) event['@timestamp'] ??= timestamp;
  return event;
}

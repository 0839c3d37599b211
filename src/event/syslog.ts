import { messageFields } from './syslog-message.ts';
import type { TextEvent } from './text-event.ts';

const facilities = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'clock',
];
const severities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

const priority = /^<(\d{1,3})>/;
const modern = /^1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: (.*))?$/s;
const classic =
  /^(?:([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)|(\d{4}-\d\d-\d\dT\S+)) (\S+) ([^\s:[\]]{1,64})(?:\[(\d+)\])?: ?(.*)$/s;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Longer messages and structured data are kept, but not taken apart. */
const maxPartLength = 8192;

/** Reads a line of syslog: RFC 5424, or the BSD form of RFC 3164 (with or without priority, as files have it). */
export function readSyslogLine(text: string, now: Date): TextEvent | undefined {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text;
  const priorityPart = priority.exec(line);
  const rest = priorityPart ? line.slice(priorityPart[0].length) : line;
  const value = priorityPart ? Number(priorityPart[1]) : undefined;
  if (value !== undefined && value > 191) return undefined;
  const event = readModern(rest) ?? readClassic(rest, now);
  if (!event) return undefined;
  if (value !== undefined) {
    event.facility = facilities[value >> 3] ?? `local${(value >> 3) - 16}`;
    event.severity = severities[value & 7] as string;
  }
  const message = String(event.message ?? '');
  if (message.length > maxPartLength) return event;
  return { ...event, ...messageFields(String(event.program ?? ''), message) };
}

function readModern(rest: string): TextEvent | undefined {
  const parts = modern.exec(rest);
  if (!parts) return undefined;
  const [, time, host, program, pid, id, data, message] = parts as unknown as string[];
  const event: TextEvent = {};
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '-' && value !== '') event[name] = value;
  };
  put('@timestamp', isoOrNothing(time as string));
  put('host', host);
  put('program', program);
  put('pid', pid);
  put('msgid', id);
  put('message', message?.replace(/^\ufeff/, ''));
  const structured = (data as string).slice(0, maxPartLength);
  for (const element of structured.matchAll(/\[([^\s\]=]+)((?:\s[^\s=\]]+="(?:[^"\\\]]|\\.)*")*)\s*\]/g)) {
    for (const [, name, quoted] of (element[2] as string).matchAll(/\s([^\s=\]]+)="((?:[^"\\\]]|\\.)*)"/g)) {
      put(`${element[1]}.${name}`, (quoted as string).replace(/\\(["\\\]])/g, '$1'));
    }
  }
  return event;
}

function readClassic(rest: string, now: Date): TextEvent | undefined {
  const parts = classic.exec(rest);
  if (!parts) return undefined;
  const [, month, day, hour, minute, second, iso, host, program, pid, message] = parts as unknown as string[];
  const time =
    iso ?? classicTime(months.indexOf(month as string), Number(day), [hour, minute, second].map(Number), now);
  const timestamp = time === undefined ? undefined : isoOrNothing(time);
  return {
    ...(timestamp === undefined ? {} : { '@timestamp': timestamp }),
    host: host as string,
    program: program as string,
    ...(pid === undefined ? {} : { pid }),
    message: message as string,
  };
}

/** No date comes back less often: the 29th of February around a year like 2100. */
const maxYearsBack = 8;

/** The year is not written: the latest one that does not lie in the future, a day of drift allowed. */
function classicTime(
  month: number,
  day: number,
  [hour, minute, second]: number[],
  now: Date,
): string | undefined {
  if (month < 0) return undefined;
  // Where the day has begun that is still to come in UTC, so may have the year.
  const newest = now.getUTCFullYear() + 1;
  const latestMs = now.getTime() + 86_400_000;
  for (let year = newest; year >= newest - maxYearsBack; year--) {
    const time = new Date(Date.UTC(year, month, day, hour, minute, second));
    const isDate = new Date(Date.UTC(year, month, day)).getUTCMonth() === month;
    if (isDate && time.getTime() <= latestMs) return time.toISOString();
  }
  return undefined;
}

/** A time without a zone is taken for UTC, as those of the BSD form are. */
function isoOrNothing(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\dT/.test(text)) return undefined;
  const time = Date.parse(/(?:[zZ]|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

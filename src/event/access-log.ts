import type { TextEvent } from './text-event.ts';

/** A quoted field in which a backslash escapes the next character, matched in linear time. */
const quoted = String.raw`"((?:[^"\\]|\\.)*)"`;
/** Before the client, in Apache's `vhost_combined`: there are four words before the time then. */
const virtualHost = String.raw`(?:(\S+):\d{1,5} (?=[^ -]\S* \S+ [^[ ][^[]*\[))?`;
const line = new RegExp(
  String.raw`^${virtualHost}(\S+) (\S+) ([^[]*) \[([^\]]{1,64})\] ${quoted} (\d{3}) (\d+|-)(?: ${quoted} ${quoted})?`,
);
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Reads a line of the common or combined log format (Apache `mod_log_config`, `vhost_combined` too, nginx `combined`) under the
 * field names of Sigma's webserver category (W3C extended log).
 */
export function readAccessLine(text: string): TextEvent | undefined {
  const fields = line.exec(text);
  if (!fields) return undefined;
  const [, host, ip, , user, time, request, status, bytes, referer, agent] = fields as unknown as (
    | string
    | undefined
  )[];
  const [method, target, version] = splitRequest(request as string);
  const mark = target.indexOf('?');
  const timestamp = isoTime(time as string);
  return {
    ...(timestamp ? { '@timestamp': timestamp } : {}),
    ...(host === undefined ? {} : { 'cs-host': host }),
    'c-ip': ip as string,
    ...(user === '-' ? {} : { 'cs-username': user as string }),
    'cs-method': method,
    'cs-uri': target,
    'cs-uri-stem': mark < 0 ? target : target.slice(0, mark),
    ...(mark < 0 ? {} : { 'cs-uri-query': target.slice(mark + 1) }),
    ...(version ? { 'cs-version': version } : {}),
    'sc-status': Number(status),
    ...(bytes === '-' ? {} : { 'sc-bytes': Number(bytes) }),
    ...(referer === undefined ? {} : { 'cs-referer': referer, 'cs-user-agent': agent as string }),
  };
}

function splitRequest(request: string): [method: string, target: string, version: string | undefined] {
  const first = request.indexOf(' ');
  if (first < 0) return ['', request, undefined];
  const last = request.lastIndexOf(' ');
  const hasVersion = last > first && request.startsWith('HTTP/', last + 1);
  const target = request.slice(first + 1, hasVersion ? last : undefined);
  return [request.slice(0, first), target, hasVersion ? request.slice(last + 1) : undefined];
}

/** `24/Nov/2026:10:00:00 +0000` as ISO 8601 in UTC. */
function isoTime(text: string): string | undefined {
  const parts = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text);
  const month = parts ? months.indexOf(parts[2] as string) : -1;
  if (!parts || month < 0) return undefined;
  const [day, year, hour, minute, second, aheadHours, aheadMinutes] = [1, 3, 4, 5, 6, 8, 9].map((i) =>
    Number(parts[i]),
  ) as [number, number, number, number, number, number, number];
  const aheadMs = (parts[7] === '-' ? -1 : 1) * (aheadHours * 60 + aheadMinutes) * 60_000;
  return new Date(Date.UTC(year, month, day, hour, minute, second) - aheadMs).toISOString();
}

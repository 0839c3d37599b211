import { pathsOf } from '../rule/index.ts';

/** Where events tell their time, best first. */
const timeFields = [
  '@timestamp',
  'UtcTime',
  'eventTime',
  'requestReceivedTimestamp',
  'published',
  'timestamp',
  'TimeCreated',
  'EventTime',
  'time',
  'ts',
  'date',
];
const timePaths = [
  ...timeFields.flatMap((field) => pathsOf(field)),
  ['Event', 'System', 'TimeCreated', '#attributes', 'SystemTime'],
  ['Event', 'System', 'TimeCreated_attributes', 'SystemTime'],
];

/** ECS names of what events are about, and the fields that tell it. */
const entityFields: Readonly<Record<string, readonly string[]>> = {
  'host.name': ['host.name', 'Computer', 'ComputerName', 'Hostname', 'host'],
  'user.name': [
    'user.name',
    'User',
    'TargetUserName',
    'user',
    'cs-username',
    'userIdentity.userName',
    'actor.alternateId',
    'username',
  ],
  'source.ip': [
    'source.ip',
    'c-ip',
    'SourceIp',
    'IpAddress',
    'sourceIPAddress',
    'client.ipAddress',
    'src_ip',
    'ip',
  ],
};

const knownPaths = new Map<string, string[][]>();
/** Field names come from rules, so there are not many; a bound all the same. */
const maxKnownPaths = 10_000;

/** A field's first scalar value, wherever the well-known shapes keep it. */
export function fieldValue(event: object, field: string): string | undefined {
  let paths = knownPaths.get(field);
  if (!paths) {
    paths = pathsOf(field);
    if (knownPaths.size < maxKnownPaths) knownPaths.set(field, paths);
  }
  return firstAt(event, paths);
}

function firstAt(event: object, paths: readonly string[][]): string | undefined {
  for (const path of paths) {
    // Most paths are of shapes that the event does not have: turned away before anything is walked.
    if (!Object.hasOwn(event, path[0] as string) && !Array.isArray(event) && path[0] !== '*') continue;
    const value = at(event, path, 0);
    if (value !== undefined) return value;
  }
  return undefined;
}

function at(value: unknown, path: readonly string[], depth: number): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = at(item, path, depth);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const key = path[depth];
  if (key === undefined) {
    return value === null || value === undefined || typeof value === 'object' ? undefined : String(value);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (key === '*') {
    for (const child of Object.values(value)) {
      const found = at(child, path, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return Object.hasOwn(value, key) ? at((value as Record<string, unknown>)[key], path, depth + 1) : undefined;
}

/** The event's own time in milliseconds since the epoch. */
export function eventTimeMs(event: object): number | undefined {
  for (const path of timePaths) {
    const text = at(event, path, 0);
    const timeMs = text === undefined ? undefined : parseTime(timed(text, event, path));
    if (timeMs !== undefined) return timeMs;
  }
  return undefined;
}

/** W3C extended logs keep the time of the day in a field beside that of the date. */
function timed(text: string, event: object, path: readonly string[]): string {
  if (path.at(-1) !== 'date' || !/^\d{4}-\d\d-\d\d$/.test(text)) return text;
  const time = at(event, [...path.slice(0, -1), 'time'], 0);
  return time !== undefined && /^\d\d:\d\d/.test(time) ? `${text}T${time}` : text;
}

/** ISO 8601 in the spellings that loggers and databases give it, and `UTC` for its `Z`. */
const dateTime =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?)? ?(?:([+-]\d\d)(?::?(\d\d))?|[zZ]|UTC)?$/;

function parseTime(text: string): number | undefined {
  if (/^\d{9,19}(\.\d+)?$/.test(text)) {
    const number = Number(text);
    // Seconds, milliseconds, microseconds or nanoseconds since the epoch, by size.
    const scale = number < 1e11 ? 1000 : number < 1e14 ? 1 : number < 1e17 ? 1e-3 : 1e-6;
    return Math.round(number * scale);
  }
  const parts = dateTime.exec(text);
  if (!parts) return undefined;
  const [, date, time = '00:00', seconds = '00', fraction = '0', ahead, aheadMinutes = '00'] = parts;
  // Windows writes UTC without saying so.
  const zone = ahead === undefined ? 'Z' : `${ahead}:${aheadMinutes}`;
  const timeMs = Date.parse(`${date}T${time}:${seconds}.${fraction.slice(0, 3)}${zone}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

const entityNames = Object.entries(entityFields);

/** Who and what an event is about, under ECS names. */
export function entitiesOf(event: object): Record<string, string> {
  const entities: Record<string, string> = {};
  for (const [name, fields] of entityNames) {
    for (const field of fields) {
      const value = fieldValue(event, field);
      if (value !== undefined && value !== '' && value !== '-') {
        entities[name] = value;
        break;
      }
    }
  }
  return entities;
}

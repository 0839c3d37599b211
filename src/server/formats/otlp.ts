import { WolfsecError } from '../../errors.ts';
import { isMap, jsonObject } from './json.ts';
import { enveloped, lineEvent, maxEvents, timestamp, tooMany } from './line.ts';
import { countFields, decode } from './protobuf.ts';

/** Values nested deeper are left out. */
const maxDepth = 32;

/**
 * Reads an OTLP/HTTP logs request in JSON (OpenTelemetry protocol 1.x, `ExportLogsServiceRequest`): attributes of
 * resource, scope and record, and the body, become one event.
 *
 * @throws {WolfsecError} `WOLFSEC_EVENT_INVALID`.
 */
export const readOtlp = (body: Buffer, now: Date): Map[] => eventsOf(jsonObject(body), now, (id) => id);

/** The same in protobuf, where ids are bytes instead of hexadecimal text. */
export function readOtlpProtobuf(body: Buffer, now: Date): Map[] {
  if (countFields(body, [1, 2, 2]) > maxEvents) throw tooMany();
  const request = decode('ExportLogsServiceRequest', body);
  return eventsOf(request, now, (id) => Buffer.from(id, 'base64').toString('hex'));
}

function eventsOf(request: Map, now: Date, idOf: (id: string) => string): Map[] {
  const events: Map[] = [];
  for (const resource of listOf(request, 'resourceLogs')) {
    const common = attributes((resource.resource as Map | undefined)?.attributes);
    for (const scope of listOf(resource, 'scopeLogs')) {
      const scopeName = (scope.scope as Map | undefined)?.name;
      for (const record of listOf(scope, 'logRecords')) {
        if (events.length === maxEvents) throw tooMany();
        events.push(
          enveloped(bodyOf(record.body, now), {
            ...timestamp(
              milliseconds(record.timeUnixNano) ?? milliseconds(record.observedTimeUnixNano) ?? NaN,
            ),
            ...common,
            ...(typeof scopeName === 'string' && scopeName !== '' ? { 'otel.scope.name': scopeName } : {}),
            ...attributes(record.attributes),
            ...texts(record, { severityText: 'log.level' }),
            ...texts(record, { traceId: 'trace.id', spanId: 'span.id' }, idOf),
          }),
        );
      }
    }
  }
  return events;
}

type Map = Record<string, unknown>;

function listOf(parent: Map, name: string): Map[] {
  const list = parent[name] ?? [];
  if (Array.isArray(list) && list.every(isMap)) return list;
  throw new WolfsecError('WOLFSEC_EVENT_INVALID', `"${name}" must be a list of objects`);
}

function texts(record: Map, names: Readonly<Record<string, string>>, read = (text: string) => text): Map {
  const found = Object.entries(names).filter(
    ([name]) => typeof record[name] === 'string' && record[name] !== '',
  );
  return Object.fromEntries(found.map(([name, field]) => [field, read(record[name] as string)]));
}

/** 64-bit numbers come as decimal text in OTLP/JSON, from some senders as numbers. */
function milliseconds(value: unknown): number | undefined {
  if (typeof value === 'number' && value > 0) return Math.floor(value / 1e6);
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value) || /^0+$/.test(value)) return undefined;
  return Number(BigInt(value) / 1_000_000n);
}

function bodyOf(body: unknown, now: Date): Map {
  const value = anyValue(body, 0);
  if (isMap(value)) return value;
  if (value === undefined || value === null) return {};
  return lineEvent(typeof value === 'string' ? value : JSON.stringify(value), now);
}

function attributes(list: unknown, depth = 0): Map {
  if (!Array.isArray(list)) return {};
  const pairs = list.filter((pair) => isMap(pair) && typeof pair.key === 'string') as {
    key: string;
    value: unknown;
  }[];
  return Object.fromEntries(pairs.map(({ key, value }) => [key, anyValue(value, depth)]));
}

function anyValue(value: unknown, depth: number): unknown {
  if (!isMap(value) || depth > maxDepth) return undefined;
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return Number(value.intValue);
  if ('doubleValue' in value) return value.doubleValue;
  if ('bytesValue' in value) return value.bytesValue;
  if (isMap(value.kvlistValue)) return attributes(value.kvlistValue.values, depth + 1);
  if (isMap(value.arrayValue) && Array.isArray(value.arrayValue.values)) {
    return value.arrayValue.values.map((each) => anyValue(each, depth + 1));
  }
  return undefined;
}

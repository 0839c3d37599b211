import protobuf from 'protobufjs/light.js';
import { WolfsecError } from '../../errors.ts';

type Fields = Readonly<Record<string, readonly [type: string, id: number]>>;

/** Fields as `[type, number]`, a type in brackets for a repeated one. */
function message(fields: Fields, oneof?: string): protobuf.IType {
  const read = Object.entries(fields).map(([name, [type, id]]): [string, protobuf.IField] => [
    name,
    type.startsWith('[')
      ? { rule: 'repeated', type: type.slice(1, -1), id, options: { packed: false } }
      : { type, id },
  ]);
  return {
    fields: Object.fromEntries(read),
    ...(oneof === undefined ? {} : { oneofs: { [oneof]: { oneof: Object.keys(fields) } } }),
  };
}

/**
 * The messages that shippers send: of opentelemetry-proto 1.x (`collector/logs/v1/logs_service.proto` and what it
 * imports) and of Loki (`pkg/push/push.proto`). Fields that are of no use here are left out, and skipped when read.
 */
const messages = {
  ExportLogsServiceRequest: message({ resourceLogs: ['[ResourceLogs]', 1] }),
  ResourceLogs: message({ resource: ['Resource', 1], scopeLogs: ['[ScopeLogs]', 2] }),
  Resource: message({ attributes: ['[KeyValue]', 1] }),
  ScopeLogs: message({ scope: ['InstrumentationScope', 1], logRecords: ['[LogRecord]', 2] }),
  InstrumentationScope: message({ name: ['string', 1] }),
  LogRecord: message({
    timeUnixNano: ['fixed64', 1],
    severityText: ['string', 3],
    body: ['AnyValue', 5],
    attributes: ['[KeyValue]', 6],
    traceId: ['bytes', 9],
    spanId: ['bytes', 10],
    observedTimeUnixNano: ['fixed64', 11],
  }),
  KeyValue: message({ key: ['string', 1], value: ['AnyValue', 2] }),
  AnyValue: message(
    {
      stringValue: ['string', 1],
      boolValue: ['bool', 2],
      intValue: ['int64', 3],
      doubleValue: ['double', 4],
      arrayValue: ['ArrayValue', 5],
      kvlistValue: ['KeyValueList', 6],
      bytesValue: ['bytes', 7],
    },
    'value',
  ),
  ArrayValue: message({ values: ['[AnyValue]', 1] }),
  KeyValueList: message({ values: ['[KeyValue]', 1] }),
  ExportLogsServiceResponse: message({ partialSuccess: ['ExportLogsPartialSuccess', 1] }),
  ExportLogsPartialSuccess: message({ rejectedLogRecords: ['int64', 1], errorMessage: ['string', 2] }),
  Status: message({ code: ['int32', 1], message: ['string', 2] }),
  PushRequest: message({ streams: ['[StreamAdapter]', 1] }),
  StreamAdapter: message({ labels: ['string', 1], entries: ['[EntryAdapter]', 2] }),
  EntryAdapter: message({
    timestamp: ['Timestamp', 1],
    line: ['string', 2],
    structuredMetadata: ['[LabelPairAdapter]', 3],
  }),
  Timestamp: message({ seconds: ['int64', 1], nanos: ['int32', 2] }),
  LabelPairAdapter: message({ name: ['string', 1], value: ['string', 2] }),
};

export type MessageName = keyof typeof messages;

const root = protobuf.Root.fromJSON({ nested: messages });

/**
 * Reads a message into a plain object, as its JSON would be: 64-bit numbers are decimal text, bytes are base64.
 *
 * @throws {WolfsecError} `WOLFSEC_EVENT_INVALID`, also where messages lie too deep in each other to be read.
 */
export function decode(name: MessageName, bytes: Uint8Array): Record<string, unknown> {
  const type = root.lookupType(name);
  try {
    return type.toObject(type.decode(bytes), { longs: String, bytes: String });
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_EVENT_INVALID', `the body is not a valid ${name} in protobuf`, { cause });
  }
}

/**
 * How many fields lie at the end of a path of field numbers: counted over the wire, since decoding makes an object of
 * each two bytes. Stops at what is not sound, which decoding then refuses.
 */
export function countFields(bytes: Uint8Array, [field, ...rest]: readonly number[]): number {
  const reader = protobuf.Reader.create(bytes);
  let count = 0;
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag >>> 3 !== field || (tag & 7) !== 2) reader.skipType(tag & 7);
      else if (rest.length > 0) count += countFields(reader.bytes(), rest);
      else {
        count++;
        reader.skipType(2);
      }
    }
  } catch {}
  return count;
}

export function encode(name: MessageName, value: object): Buffer {
  const type = root.lookupType(name);
  return Buffer.from(type.encode(type.fromObject(value)).finish());
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WolfsecError } from '../../src/errors.ts';
import { readBulk } from '../../src/server/formats/bulk.ts';
import { readHec } from '../../src/server/formats/hec.ts';
import { lineEvent, linesOf, toNdjson } from '../../src/server/formats/line.ts';
import { readLoki, readLokiProtobuf } from '../../src/server/formats/loki.ts';
import { readOtlp, readOtlpProtobuf } from '../../src/server/formats/otlp.ts';

const now = new Date(0);
const readers: Readonly<Record<string, (body: Buffer) => unknown>> = {
  bulk: (body) => readBulk(body),
  hec: (body) => toNdjson(readHec(body, now)),
  loki: (body) => toNdjson(readLoki(body, now)),
  otlp: (body) => toNdjson(readOtlp(body, now)),
  'loki protobuf': (body) => toNdjson(readLokiProtobuf(body, now)),
  'otlp protobuf': (body) => toNdjson(readOtlpProtobuf(body, now)),
};

/** JSON that has the protocols' names in it, so that it gets further than noise would. */
const names = fc.constantFrom(
  ...['streams', 'stream', 'values', 'event', 'time', 'fields', 'resourceLogs', 'scopeLogs', 'logRecords'],
  ...[
    'body',
    'attributes',
    'key',
    'value',
    'kvlistValue',
    'arrayValue',
    'timeUnixNano',
    'index',
    'create',
    '__proto__',
  ],
);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('1', '99999999999999999999'),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4 }),
  ),
}));
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(json, { maxLength: 3 })
    .map((parts) => Buffer.from(parts.map((part) => JSON.stringify(part)).join('\n'))),
);

test.each(Object.entries(readers))('%s: whatever comes is read or refused', (_, read) => {
  fc.assert(
    fc.property(body, (bytes) => {
      try {
        read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WolfsecError);
      }
    }),
    { numRuns: 500 },
  );
});

test('bulk: documents come out byte for byte, each with its line', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(json, fc.boolean())), (documents) => {
      const lines = documents.flatMap(([document, crlf]) => [
        `{"create":{}}${crlf ? '\r' : ''}`,
        JSON.stringify({ document }),
      ]);
      const { ndjson, items } = readBulk(Buffer.from(lines.join('\n')));
      const got = ndjson.toString('utf8').split('\n').slice(0, -1);
      expect(got).toEqual(documents.map(([document]) => JSON.stringify({ document })));
      expect(items.map(({ line }) => line)).toEqual(documents.map((_, line) => line));
    }),
  );
});

test('hec: objects are found however they are strung together', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.constantFrom('', ' ', '\r\n'))),
      (parts) => {
        const text = parts.map(([event, gap]) => JSON.stringify({ event: { event } }) + gap).join('');
        expect(readHec(Buffer.from(text), now).map(({ event }) => event)).toEqual(
          parts.map(([event]) => event),
        );
      },
    ),
  );
});

const arrived = new Date('2026-01-02T03:04:05Z');
test.each([
  ['1795568523.456', '2026-11-25T01:02:03.456Z'],
  ['"1795568523.456"', '2026-11-25T01:02:03.456Z'],
  ['1795568523456', '2026-11-25T01:02:03.456Z'],
  ['null', arrived.toISOString()],
  ['""', arrived.toISOString()],
  ['"soon"', undefined],
])('hec: the time %s', (time, expected) => {
  const [event] = readHec(Buffer.from(`{"event":"x","time":${time}}`), arrived);
  expect(event?.['@timestamp']).toBe(expected);
});

test('an event that is nested too deeply costs the others nothing', () => {
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const lines = toNdjson([{ a: 1 }, lineEvent(deep, now), { b: 2 }])
    .toString('utf8')
    .split('\n');
  expect(lines[0]).toBe('{"a":1}');
  expect(lines[2]).toBe('{"b":2}');
});

test('more events than one request may bring are refused before they are made', () => {
  const many = 100_001;
  const wrapped = (tag: number, bytes: Buffer) => {
    const head = [tag];
    for (let rest = bytes.length; ; rest >>>= 7) {
      head.push((rest & 127) | (rest > 127 ? 128 : 0));
      if (rest <= 127) return Buffer.concat([Buffer.from(head), bytes]);
    }
  };
  const empty = Buffer.from('1200'.repeat(many), 'hex');
  const json = (start: string, one: string, end: string) =>
    Buffer.from(start + Array.from({ length: many }, () => one).join() + end);
  const bodies: [(body: Buffer) => unknown, Buffer][] = [
    [linesOf, Buffer.from('a\n'.repeat(many))],
    [(body) => readHec(body, now), Buffer.from('{"event":1}'.repeat(many))],
    [(body) => readLoki(body, now), json('{"streams":[{"values":[', '["1","a"]', ']}]}')],
    [(body) => readOtlp(body, now), json('{"resourceLogs":[{"scopeLogs":[{"logRecords":[', '{}', ']}]}]}')],
    [
      (body) => readLokiProtobuf(body, now),
      wrapped(0x0a, Buffer.concat([wrapped(0x0a, Buffer.from('{}')), empty])),
    ],
    [(body) => readOtlpProtobuf(body, now), wrapped(0x0a, wrapped(0x12, empty))],
  ];
  for (const [read, body] of bodies) {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'WOLFSEC_LIMIT_EXCEEDED' }));
  }
});

test('lines end with or without a carriage return, and blank ones are none', () => {
  expect(linesOf(Buffer.from('a\r\n\n  \r\nb\n c'))).toEqual(['a', 'b', ' c']);
});

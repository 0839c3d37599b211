import { WolfsecError } from '../../errors.ts';
import { isMap, jsonObject } from './json.ts';
import { enveloped, lineEvent, maxEvents, timestamp, tooMany } from './line.ts';
import { countFields, decode } from './protobuf.ts';

/**
 * Reads a push of Grafana Loki in JSON: `{ streams: [{ stream: labels, values: [[nanoseconds, line, metadata?]] }] }`.
 *
 * @throws {WolfsecError} `WOLFSEC_EVENT_INVALID`.
 */
export function readLoki(body: Buffer, now: Date): Record<string, unknown>[] {
  const { streams } = jsonObject(body);
  if (!Array.isArray(streams)) throw refuse('"streams" must be a list');
  let count = 0;
  return streams.flatMap((each: unknown, index) => {
    const { stream = {}, values } = (each ?? {}) as { stream?: unknown; values?: unknown };
    if (!isMap(stream) || !Array.isArray(values)) {
      throw refuse(`streams[${index}] needs "stream", a map of labels, and "values", a list`);
    }
    count += values.length;
    if (count > maxEvents) throw tooMany();
    return values.map((value: unknown, place) => {
      const [time, line, metadata] = Array.isArray(value) ? value : [];
      if (typeof line !== 'string' || !/^\d{1,20}$/.test(String(time))) {
        throw refuse(`streams[${index}].values[${place}] must be [nanoseconds, line]`);
      }
      return enveloped(lineEvent(line, now), {
        ...timestamp(Number(BigInt(time) / 1_000_000n)),
        ...stream,
        ...(isMap(metadata) ? metadata : {}),
      });
    });
  });
}

interface PushRequest {
  readonly streams?: readonly {
    readonly labels?: string;
    readonly entries?: readonly {
      readonly timestamp?: { readonly seconds?: string; readonly nanos?: number };
      readonly line?: string;
      readonly structuredMetadata?: readonly { readonly name?: string; readonly value?: string }[];
    }[];
  }[];
}

/**
 * Reads a push in protobuf (`logproto.PushRequest`), unpacked.
 *
 * @throws {WolfsecError} `WOLFSEC_EVENT_INVALID`.
 */
export function readLokiProtobuf(body: Buffer, now: Date): Record<string, unknown>[] {
  if (countFields(body, [1, 2]) > maxEvents) throw tooMany();
  const { streams = [] } = decode('PushRequest', body) as PushRequest;
  return streams.flatMap(({ labels = '', entries = [] }, index) => {
    const stream = readLabels(labels, index);
    return entries.map(({ timestamp: at = {}, line = '', structuredMetadata = [] }) =>
      enveloped(lineEvent(line, now), {
        ...timestamp(Number(at.seconds ?? 0) * 1_000 + Math.floor((at.nanos ?? 0) / 1e6)),
        ...stream,
        ...Object.fromEntries(structuredMetadata.map(({ name = '', value = '' }) => [name, value])),
      }),
    );
  });
}

const label = /\s*([a-zA-Z_][a-zA-Z0-9_.:]*)\s*=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(,|$)/y;

/** Labels as Prometheus writes them: `{job="web", host="a"}`. */
function readLabels(text: string, index: number): Record<string, string> {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (inner !== undefined && label.lastIndex < inner.length) {
    const found = label.exec(inner);
    if (!found) break;
    labels[found[1] as string] = unquoted(found[2] as string);
    if (label.lastIndex === inner.length) return labels;
  }
  if (inner?.trim() === '') return labels;
  throw refuse(`streams[${index}].labels is not a set of labels, such as {job="web"}`);
}

const escapes: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
};

/** A Go string literal. */
function unquoted(literal: string): string {
  const text = literal.slice(1, -1);
  if (literal.startsWith('`')) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs,
    (_, x?: string, u?: string, long?: string, plain = '') => {
      const code = x ?? u ?? long;
      if (code === undefined) return escapes[plain] ?? plain;
      const point = Number.parseInt(code, 16);
      return point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
    },
  );
}

const refuse = (message: string) => new WolfsecError('WOLFSEC_EVENT_INVALID', message);

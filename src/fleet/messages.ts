import { hash } from 'node:crypto';
import type { Outgoing } from '../broker/index.ts';
import { groupKey } from '../detect/correlate/router.ts';
import type { CorrelationHit, Detection } from '../detect/index.ts';
import { derivedId } from '../store/index.ts';

/** Events and bytes that one message holds. Published singly, events went a seventeenth as fast. */
const eventsPerMessage = 100;
const maxMessageBytes = 256 * 1024;
const newline = 0x0a;

/**
 * Cuts NDJSON into messages. A message is named by its batch and its first line, so that the same batch gives the same
 * messages, and each detection the same id, however often it comes.
 */
export function messagesOf(ndjson: Uint8Array, source: string): { messages: Outgoing[]; lines: number } {
  const bytes = Buffer.from(ndjson.buffer, ndjson.byteOffset, ndjson.length);
  const messages: Outgoing[] = [];
  let [start, at, lines, firstLine] = [0, 0, 0, 1];
  const cut = (end: number) => {
    if (end > start) messages.push({ id: `${source}#${firstLine}`, data: bytes.subarray(start, end) });
    start = end;
    firstLine = lines + 1;
  };
  while (at < bytes.length) {
    const found = bytes.indexOf(newline, at);
    const next = found === -1 ? bytes.length : found + 1;
    if (next - start > maxMessageBytes && at > start) cut(at);
    at = next;
    lines++;
    if (lines - firstLine + 1 >= eventsPerMessage) cut(at);
  }
  cut(at);
  return { messages, lines };
}

/** The source and first line that a message is named by; a message of a foreign sender begins at its own line 1. */
export function placeOf(id: string): { readonly source: string; readonly firstLine: number } {
  const [, source, line] = /^(.+)#(\d{1,15})$/.exec(id) ?? [];
  return source === undefined ? { source: id, firstLine: 1 } : { source, firstLine: Number(line) };
}

/** Every hit of one group of one correlation goes to one partition, wherever its event came in. */
function partitionOf(hit: CorrelationHit, partitions: number): number {
  const digest = hash('sha256', `${hit.correlationId}\n${groupKey(hit)}`, 'buffer');
  return digest.readUInt32BE(0) % partitions;
}

/** Characters of one value that go to another machine: what an attacker sends must not outgrow a message. */
const maxValueChars = 8_192;

const shortened = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.slice(0, maxValueChars)]));

/** A detection whose values fit into a message. */
export function bounded(detection: Detection): Detection {
  const { matched, entities } = detection;
  return {
    ...detection,
    matched: matched
      .slice(0, 20)
      .map(({ field, value }) => ({ field, value: value.slice(0, maxValueChars) })),
    ...(entities ? { entities: shortened(entities) } : {}),
  };
}

export function hitMessage(found: CorrelationHit, partitions: number): Outgoing {
  const hit: CorrelationHit = {
    ...found,
    group: shortened(found.group),
    ...(found.value === undefined ? {} : { value: found.value.slice(0, maxValueChars) }),
    ...(found.fields ? { fields: shortened(found.fields) } : {}),
  };
  const { event, correlationId, place, timeMs } = hit;
  // A message that was sent again has another time, and gives it to events that tell none: their place is the same.
  const [atMs, at] =
    event.id === undefined ? [0, `${event.source ?? ''}:${event.line ?? event.index}`] : [timeMs, event.id];
  return {
    id: derivedId(atMs, [correlationId, String(place), at]),
    data: Buffer.from(JSON.stringify(hit)),
    partition: partitionOf(hit, partitions),
  };
}

export const readHit = (data: Uint8Array): CorrelationHit => parse(data) as CorrelationHit;

/** What goes to whoever keeps the alerts: detections, and what users do to alerts. */
export type AlertMessage =
  | {
      readonly detections: readonly Detection[];
      /** Their events as they came, by {@link eventKey}. */
      readonly texts?: Readonly<Record<string, string>>;
    }
  | {
      readonly act: 'acknowledge' | 'resolve';
      readonly alertId: string;
      readonly by: string;
      readonly note?: string;
    };

export const eventKey = ({ source, line }: Detection['event']) => `${source ?? ''}:${line ?? ''}`;

export const alertMessage = (id: string, message: AlertMessage): Outgoing => ({
  id,
  data: Buffer.from(JSON.stringify(message)),
});

export const readAlertMessage = (data: Uint8Array): AlertMessage => parse(data) as AlertMessage;

const parse = (data: Uint8Array): unknown =>
  JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8'));

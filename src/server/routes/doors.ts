import type { FastifyRequest } from 'fastify';
import { WolfsecError } from '../../errors.ts';
import { readBulk } from '../formats/bulk.ts';
import { readHec } from '../formats/hec.ts';
import { lineEvent, linesOf, toNdjson } from '../formats/line.ts';
import { readLoki, readLokiProtobuf } from '../formats/loki.ts';
import { readOtlp, readOtlpProtobuf } from '../formats/otlp.ts';
import { encode } from '../formats/protobuf.ts';
import { type Door, protobufType } from './door.ts';

/** Faults that are listed one by one. */
const maxListedFaults = 100;

const ndjsonDoor: Door = {
  name: 'ndjson',
  paths: ['/v1/events'],
  async handle(body, _, take) {
    const { events, detections, faults } = await take(body);
    const answer = {
      accepted: events,
      rejected: faults.length,
      detections,
      faults: faults.slice(0, maxListedFaults).map(({ line, message }) => ({ line: line + 1, message })),
    };
    return { status: events === 0 && faults.length > 0 ? 400 : 200, body: answer };
  },
};

/** What official clients ask for before they talk. */
export const elasticHeaders = { 'x-elastic-product': 'Elasticsearch' };

const bulkDoor: Door = {
  name: 'bulk',
  paths: ['/_bulk', '/:index/_bulk', '/elastic/_bulk', '/elastic/:index/_bulk'],
  async handle(body, request, take) {
    const startedMs = performance.now();
    const { ndjson, items } = readBulk(body, (request.params as { index?: string }).index);
    const { faults } = await take(ndjson);
    const reasons = new Map(faults.map(({ line, message }) => [line, message]));
    const answers = items.map(({ action, index, id, line }) => {
      const reason = line === undefined ? `${action} is not supported: events only come` : reasons.get(line);
      const about = { _index: index, ...(id === undefined ? {} : { _id: id }) };
      return {
        [action]:
          reason === undefined
            ? { ...about, status: 201, result: 'created' }
            : { ...about, status: 400, error: { type: 'document_parsing_exception', reason } },
      };
    });
    const errors = faults.length > 0 || items.some(({ line }) => line === undefined);
    const took = Math.round(performance.now() - startedMs);
    return { status: 200, body: { took, errors, items: answers }, headers: elasticHeaders };
  },
  refusal: ({ status, code, message }) => ({ error: { type: code, reason: message }, status }),
};

/** Codes of the HTTP Event Collector. */
const hecCodes: Readonly<Record<number, number>> = { 400: 6, 413: 27, 429: 9, 503: 9 };
const hecRefusal: Door['refusal'] = ({ status, message }) => ({ text: message, code: hecCodes[status] ?? 8 });

const hecDoor: Door = {
  name: 'hec',
  paths: ['/services/collector', '/services/collector/event', '/services/collector/event/1.0'],
  async handle(body, _, take) {
    const events = readHec(body, new Date());
    if (events.length === 0) return { status: 400, body: { text: 'No data', code: 5 } };
    await take(toNdjson(events));
    return { status: 200, body: { text: 'Success', code: 0 } };
  },
  refusal: hecRefusal,
};

const hecRawDoor: Door = {
  name: 'hec',
  paths: ['/services/collector/raw', '/services/collector/raw/1.0'],
  async handle(body, _, take) {
    const now = new Date();
    const lines = linesOf(body);
    if (lines.length === 0) return { status: 400, body: { text: 'No data', code: 5 } };
    await take(toNdjson(lines.map((line) => lineEvent(line, now))));
    return { status: 200, body: { text: 'Success', code: 0 } };
  },
  refusal: hecRefusal,
};

const lokiDoor: Door = {
  name: 'loki',
  paths: ['/loki/api/v1/push'],
  // Protobuf is packed by Snappy, whether the header says so or not.
  packing: ({ headers }) =>
    headers['content-encoding'] ?? (isProtobuf(headers['content-type']) ? 'snappy' : undefined),
  async handle(body, request, take) {
    const read = formatOf(request, 'Loki') === 'protobuf' ? readLokiProtobuf : readLoki;
    const events = read(body, new Date());
    if (events.length > 0) await take(toNdjson(events));
    return { status: 204 };
  },
};

const otlpDoor: Door = {
  name: 'otlp',
  paths: ['/v1/logs'],
  async handle(body, request, take) {
    const protobuf = formatOf(request, 'OTLP') === 'protobuf';
    const events = (protobuf ? readOtlpProtobuf : readOtlp)(body, new Date());
    const faults = events.length > 0 ? (await take(toNdjson(events))).faults : [];
    const partialSuccess =
      faults.length === 0
        ? {}
        : { rejectedLogRecords: String(faults.length), errorMessage: faults[0]?.message };
    if (!protobuf) return { status: 200, body: { partialSuccess } };
    const answer = encode('ExportLogsServiceResponse', faults.length === 0 ? {} : { partialSuccess });
    return { status: 200, body: answer, headers: { 'content-type': protobufType } };
  },
  /** `google.rpc.Status`, in the format of the request, as the protocol asks. */
  refusal({ status, message }, { headers }) {
    const answer = { code: status === 429 ? 8 : status >= 500 ? 14 : 3, message };
    return isProtobuf(headers['content-type']) ? encode('Status', answer) : answer;
  },
};

const isProtobuf = (type: string | undefined) =>
  type !== undefined && /^application\/(x-)?protobuf\b/i.test(type);

function formatOf({ headers }: FastifyRequest, protocol: string): 'json' | 'protobuf' {
  const type = headers['content-type'];
  if (isProtobuf(type)) return 'protobuf';
  if (type === undefined || /^application\/json\b/i.test(type)) return 'json';
  throw new WolfsecError(
    'WOLFSEC_FORMAT_UNKNOWN',
    `${protocol} is taken as application/json or ${protobufType}, not as ${type}`,
  );
}

export const doors: readonly Door[] = [ndjsonDoor, bulkDoor, hecDoor, hecRawDoor, lokiDoor, otlpDoor];

/** The head of a response, as far as it matters here. */
export interface ResponseHead {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** How the body of an inspected response is written. */
export interface ResponseKind {
  readonly json: boolean;
  /** Parts that are waited for, one by one: never to be kept back. */
  readonly live: boolean;
  /** Content codings that lie on it. */
  readonly coding: string | undefined;
}

const codings = new Set(['gzip', 'x-gzip', 'deflate', 'br', 'zstd']);
const liveTypes = new Set([
  'text/event-stream',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/json-seq',
]);

/** What is inspected: text, HTML, XML and JSON with or without a known content coding; `undefined` for the rest. */
export function responseKind({
  status,
  contentType,
  contentEncoding,
}: ResponseHead): ResponseKind | undefined {
  if (status < 200 || status === 204 || status === 205 || status === 304) return undefined;
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const media = type.trim();
  const live = liveTypes.has(media);
  const json = live ? media !== 'text/event-stream' : /^application\/(?:[\w.-]+\+)?json$/.test(media);
  if (!json && !media.startsWith('text/') && !/^application\/(?:[\w.-]+\+)?xml$/.test(media))
    return undefined;
  // Bytes of UTF-16 or UTF-32 would have to be written back as they came.
  if (parameters.some((parameter) => /charset\s*=\s*"?(?:utf-?16|utf-?32|ucs)/.test(parameter)))
    return undefined;
  const coding = contentEncoding?.toLowerCase().trim();
  if (coding === undefined || coding === '' || coding === 'identity') {
    // A part of a body (206) can be looked at, but not changed: its place and length are told in the head.
    return { json, live: live || status === 206, coding: undefined };
  }
  if (!coding.split(',').every((one) => codings.has(one.trim()))) return undefined;
  return status === 206 ? undefined : { json, live, coding };
}

/** Headers that speak of a body's bytes, and not of one that was changed. */
export const bodyHeaders = [
  'content-length',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
  'accept-ranges',
] as const;

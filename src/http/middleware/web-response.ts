import { Buffer } from 'node:buffer';
import type { ResponseOutcome, ResponseWatch } from '../response/guard.ts';
import { bodyHeaders } from '../response/media.ts';
import { blockedBody, blockedHeaders } from './answer.ts';

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Read = Awaited<ReturnType<Reader['read']>>;

/** Lets a watch look at a response of the Fetch standard; gives the response to send, the same where it passes. */
export async function watchWebResponse(watch: ResponseWatch, response: Response): Promise<Response> {
  const { body, status, headers } = response;
  if (body === null) return response;
  const plan = watch.plan({
    status,
    contentType: headers.get('content-type') ?? undefined,
    contentEncoding: headers.get('content-encoding') ?? undefined,
  });
  if (plan === 'pass') return response;
  if (plan === 'copy') return new Response(body.pipeThrough(copying(watch, 0)), response);
  const reader = body.getReader();
  const held = await start(watch, reader);
  const outcome = await watch.judge(held.bytes, held.whole);
  if (outcome.action === 'block') {
    await reader.cancel().catch(() => undefined);
    return blocked(watch, response);
  }
  return released(watch, response, reader, held, outcome);
}

/** The start of a body that was kept back, and the read under way when the time was over. */
interface Held {
  readonly bytes: Buffer;
  readonly whole: boolean;
  readonly pending: Promise<Read> | undefined;
}

/** Reads until the body ends, the bound is reached or the time is over. */
async function start(watch: ResponseWatch, reader: Reader): Promise<Held> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, watch.guard.holdMs, 'late');
  });
  try {
    while (size < watch.guard.maxBytes) {
      const pending = reader.read();
      // A body that fails is the application's failure: it fails at the same byte for the client.
      const read = await Promise.race([pending, late]).catch(() => 'late' as const);
      if (read === 'late') return { bytes: Buffer.concat(chunks), whole: false, pending };
      if (read.done) return { bytes: Buffer.concat(chunks), whole: true, pending: undefined };
      chunks.push(read.value);
      size += read.value.length;
    }
    return { bytes: Buffer.concat(chunks), whole: false, pending: undefined };
  } finally {
    clearTimeout(timer);
  }
}

function released(
  watch: ResponseWatch,
  response: Response,
  reader: Reader,
  held: Held,
  outcome: Exclude<ResponseOutcome, { action: 'block' }>,
): Response {
  const headers = new Headers(response.headers);
  if (outcome.action === 'redact') {
    for (const name of bodyHeaders) headers.delete(name);
    if (outcome.decoded) headers.delete('content-encoding');
  }
  const sent = new Uint8Array(outcome.action === 'redact' ? outcome.body : held.bytes);
  const { status, statusText } = response;
  if (held.whole) return new Response(sent, { status, statusText, headers });
  const rest = following(reader, held.pending).pipeThrough(copying(watch, held.bytes.length));
  const stream = joined(sent, rest.getReader());
  return new Response(stream, { status, statusText, headers });
}

/** What a reader still has to give. */
function following(reader: Reader, pending: Promise<Read> | undefined): ReadableStream<Uint8Array> {
  let next = pending;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await (next ?? reader.read());
      next = undefined;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function joined(first: Uint8Array, rest: Reader): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (first.length > 0) controller.enqueue(first);
    },
    async pull(controller) {
      const { done, value } = await rest.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => rest.cancel(reason),
  });
}

/** Passes chunks on and keeps a copy as far as the bound goes, of which `size` is used up. */
function copying(watch: ResponseWatch, size: number): TransformStream<Uint8Array, Uint8Array> {
  const chunks: Buffer[] = [];
  let left = watch.guard.maxBytes - size;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (left > 0) chunks.push(Buffer.from(chunk.subarray(0, left)));
      left -= chunk.length;
      controller.enqueue(chunk);
    },
    flush() {
      if (chunks.length > 0) watch.report(Buffer.concat(chunks));
    },
  });
}

function blocked(watch: ResponseWatch, response: Response): Response {
  const headers = new Headers(response.headers);
  for (const name of [...headers.keys()]) {
    if (name.startsWith('content-') || bodyHeaders.includes(name as never)) headers.delete(name);
  }
  for (const [name, value] of Object.entries(blockedHeaders({}))) headers.set(name, value);
  return new Response(blockedBody(500, watch.origin.requestId), { status: 500, headers });
}
